import { IRouter, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { addCommand, CommandIDs } from '../commands';
import { toLocalPath } from '../store/path';
import { IJobs, IStore } from '../tokens';
import { BucketDrive } from './drive';
import { LINK_PATTERN } from './link';
import { NotebookNotices } from './notice';
import { LinkOpener } from './routes';
import { HTML_VIEWER, PageSandbox } from './sandbox';

/** Documents in buckets: the drive, links to them, and what keeps strangers' pages harmless. */
export const drive: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-leap-buckets:drive',
  description: 'Opens and saves the objects of buckets as documents.',
  autoStart: true,
  requires: [IStore],
  optional: [IJobs, IRouter, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    store: IStore,
    jobs: IJobs | null,
    router: IRouter | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, docRegistry, serviceManager } = app;
    const { contents } = serviceManager;

    const buckets = new BucketDrive({
      store,
      jobs,
      mimetype: name =>
        docRegistry.getFileTypesForPath(name)[0]?.mimeTypes[0] ?? 'application/octet-stream',
      tell: message => Notification.error(message),
      trans
    });
    contents.addDrive(buckets);
    store.moved.connect((_, { from, to }) => {
      const kind = from.key.endsWith('/') ? 'folder' : 'object';
      void buckets.moved(toLocalPath(from, kind), toLocalPath(to, kind));
    });

    docRegistry.addWidgetExtension(
      'Notebook',
      new NotebookNotices({ buckets: store.buckets, commands, contents, state, trans })
    );

    docRegistry.addWidgetExtension(HTML_VIEWER, new PageSandbox());

    if (router) {
      const opener = new LinkOpener({ commands, contents, trans });
      addCommand(commands, null, trans, CommandIDs.openLink, {
        execute: args => {
          const path = String(args.path);
          // What is open from last time comes first; the link's document lies on top.
          void app.restored.then(() => opener.open(path));
          return router.stop;
        }
      });
      // Before JupyterLab's own rule, which looks for the path in the home folder.
      router.register({ command: CommandIDs.openLink, pattern: LINK_PATTERN, rank: 50 });
    }
  }
};
