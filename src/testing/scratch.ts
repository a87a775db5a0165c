import type { IBucket } from '../store/entry';

/** The first bucket of a hub's user. */
export const SCRATCH: IBucket = {
  id: 'scratch',
  uri: 'gs://leap-scratch',
  provider: 'gcs',
  label: 'My scratch',
  home: 'ada/',
  access: 'read-write',
  expiresAfterDays: 7,
  error: null
};
