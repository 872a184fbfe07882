export interface paths {}
export interface components {}
export interface operations {}
