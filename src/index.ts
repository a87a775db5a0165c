import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Signal } from '@lumino/signaling';
import { browse } from './browse/plugin';
import { connections } from './credential/connectionsPlugin';
import { credential } from './credential/plugin';
import { dataset } from './dataset/plugin';
import { drive } from './drive/plugin';
import { guide } from './guide/plugin';
import { job } from './job/plugin';
import { BucketList } from './store/buckets';
import { StoreClient } from './store/client';
import { type IMove, IStore } from './tokens';
import { transfer } from './transfer/plugin';

const store: JupyterFrontEndPlugin<IStore> = {
  id: 'jupyterlab-leap-buckets:store',
  description: 'Asks the server extension for buckets, objects, uploads and tokens.',
  autoStart: true,
  provides: IStore,
  activate: (app: JupyterFrontEnd): IStore => {
    const client = new StoreClient(app.serviceManager.serverSettings);
    return { client, buckets: new BucketList(client), moved: new Signal<unknown, IMove>({}) };
  }
};

export default [store, browse, credential, connections, transfer, job, drive, dataset, guide];
