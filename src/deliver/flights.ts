/** Work that is under way, each piece under a key, for all who want its result. */
export interface Flights<T> {
  /**
   * Joins the work under this key, or starts it. A caller whose `signal` aborts leaves; with the last of them the work's
   * own signal aborts, and that caller still gets what the work then says.
   * @param start has to settle soon after its signal aborts
   * @param left what a caller gets who leaves while others stay
   */
  share(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>, left: () => T): Promise<T>
  /** Whether somebody waits under this key. */
  has(key: string): boolean
}

interface Flight<T> {
  readonly abandoning: AbortController
  readonly result: Promise<T>
  callers: number
}

export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>()

  const depart = (key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const abandoning = new AbortController()
    const flight: Flight<T> = { abandoning, result: start(abandoning.signal), callers: 0 }
    flights.set(key, flight)
    // Before any caller hears of the result: whoever comes then finds it landed.
    const landed = () => land(key, flight)
    flight.result.then(landed, landed)
    return flight
  }
  // One that was abandoned may have a successor under its key.
  const land = (key: string, flight: Flight<T>) => {
    if (flights.get(key) === flight) flights.delete(key)
  }

  return {
    share(key, signal, start, left) {
      if (signal.aborted) return flights.has(key) ? Promise.resolve(left()) : start(signal)
      const flight = flights.get(key) ?? depart(key, start)
      flight.callers += 1
      return new Promise((resolve, reject) => {
        const leave = () => {
          flight.callers -= 1
          if (flight.callers > 0) return resolve(left())
          // Whoever comes now must not share the fate of work that is being given up.
          land(key, flight)
          flight.abandoning.abort()
        }
        signal.addEventListener('abort', leave, { once: true })
        const stay = () => signal.removeEventListener('abort', leave)
        flight.result.then(
          result => {
            stay()
            resolve(result)
          },
          error => {
            stay()
            reject(error)
          }
        )
      })
    },
    has: key => flights.has(key)
  }
}
