/**
 * The depth to which calls stand within one another: what makes a little more of what it is given (hexadecimals, escapes)
 * makes of that a little more again, and so on without end.
 */
export const MOST_NESTED_CALLS = 10;

const SHORT_CHARACTERS = 10;

/** A text that may stand between others, however many they are. */
export const isShort = (text: string | undefined): boolean => text !== undefined && text.length <= SHORT_CHARACTERS;

/** Whether putting one text in the place of another makes nothing longer, as often as it stands there. */
export const neverGrows = (from: string | undefined, to: string | undefined): boolean => from !== undefined && to !== undefined && [...to].length <= [...from].length;
