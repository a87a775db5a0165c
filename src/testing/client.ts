import { ServerConnection } from '@jupyterlab/services';
import { StoreClient } from '../store/client';
import type { StandInServer } from './standInServer';

/** A client as the page on a hub has it. */
export function clientOf({ baseUrl }: StandInServer): StoreClient {
  return new StoreClient(ServerConnection.makeSettings({ baseUrl }));
}
