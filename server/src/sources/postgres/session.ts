/** Settings of every connection that reads rows: forms of dates and zone are fixed, and nothing can be written. */
export const readerSession = '-c TimeZone=Asia/Shanghai -c DateStyle=ISO -c IntervalStyle=iso_8601 -c default_transaction_read_only=on';
