/**
 * Room for so many entries, which grows as they come: given as `max`, all of it would be set aside at the start, a tenth of
 * the start's time and 4 MB for each 100,000.
 */
export function lruRoom(entries: number) {
  return { maxSize: entries, sizeCalculation: () => 1 } as const
}
