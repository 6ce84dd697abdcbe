/** Tells of an outage once, and of its end. */
export interface Outage {
  begin(cause: unknown): void
  end(): void
}

export function createOutage(tell: { begun(cause: unknown): void; ended(): void }): Outage {
  let lasting = false
  return {
    begin(cause) {
      if (!lasting) tell.begun(cause)
      lasting = true
    },
    end() {
      if (lasting) tell.ended()
      lasting = false
    }
  }
}
