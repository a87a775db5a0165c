const DAY = 86_400_000;

/**
 * When the store deletes an object: milliseconds, as `Date.now()`; null where it never does.
 *
 * Google counts a rule's days from the moment the object was made, and deletes some time after that.
 *
 * @param created - Milliseconds; null where it is not known, and for folders.
 * @param days - The bucket's rule; null where there is none.
 */
export function expiryOf(created: number | null, days: number | null): number | null {
  return created === null || days === null ? null : created + days * DAY;
}

/** Whether so little time is left that a person has to act today. */
export function isUrgent(expiry: number, now: number): boolean {
  return expiry - now < DAY;
}
