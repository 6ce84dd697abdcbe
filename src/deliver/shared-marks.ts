/** Names that one event is marked with, where replicas can see them. */
export interface SharedMarks {
  /**
   * Which of these names the event is marked with; undefined when nobody knows. Never rejects.
   * @returns within 50 ms, plus what a busy event loop adds
   */
  find(key: string, names: readonly string[]): Promise<ReadonlySet<string> | undefined>
  /** Marks the event, or renews its mark. In the background: never waits, never throws. */
  add(key: string, name: string): void
  /** Releases the connection, after what is on its way, within 250 ms. No `find` or `add` may follow. */
  close(): Promise<void>
}
