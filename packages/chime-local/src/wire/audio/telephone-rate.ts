/** Sample rate of telephone sound, in samples per second (ITU-T G.711; RFC 3551 section 4.5.14). */
export const TELEPHONE_RATE = 8_000;
