import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createArrivalOrder, type Place } from '../../src/server/arrival-order.ts'

test('whatever comes and goes, what is left stands in the order in which it came', () => {
  const step = fc.oneof(fc.constant('add' as const), fc.nat())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const order = createArrivalOrder<number>()
      const places: Place<number>[] = []
      let left: number[] = []
      for (const [item, step] of steps.entries()) {
        if (step === 'add') {
          places.push(order.add(item))
          left.push(item)
        } else {
          const place = places[step % (places.length || 1)]
          if (place === undefined) continue
          // Of what has gone before, nothing more goes.
          expect(order.remove(place)).toBe(left.includes(place.item))
          left = left.filter(each => each !== place.item)
        }
        expect([order.all(), order.size, order.oldest]).toEqual([left, left.length, left[0]])
      }
    })
  )
})

test('what has gone holds nothing of what is left', () => {
  const order = createArrivalOrder<string>()
  const [first, second] = [order.add('first'), order.add('second')]
  order.add('third')
  order.remove(second)
  order.remove(first)
  for (const place of [first, second]) expect([place.before, place.after]).toEqual([undefined, undefined])
})
