import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { OperationClient } from '../store/operations';
import { IJobs, IStore } from '../tokens';
import type { IMemory } from './job';
import { Jobs } from './jobs';
import { SearchResults } from './results';
import { JobTray } from './tray';

/** What the server does by itself, its tray and what searches find; the panel shows the tray. */
export const job: JupyterFrontEndPlugin<IJobs> = {
  id: 'jupyterlab-leap-buckets:job',
  description: 'Has the server copy, move, delete, measure and search.',
  autoStart: true,
  requires: [IStore],
  optional: [ITranslator],
  provides: IJobs,
  activate: (app: JupyterFrontEnd, store: IStore, translator: ITranslator | null): IJobs => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_leap_buckets');
    const { commands, shell } = app;
    const jobs: Jobs = new Jobs({
      client: new OperationClient(store.client),
      trans,
      memory: pageMemory,
      showSearch: id => {
        const content = new SearchResults({ jobs, commands, trans }, id);
        const widget = new MainAreaWidget({ content });
        widget.id = `${content.id}-area`;
        // In place of the words that all widgets of the main area have.
        content.node.setAttribute('aria-label', content.title.label);
        shell.add(widget, 'main');
        shell.activateById(widget.id);
      }
    });
    jobs.tray = new JobTray({ jobs, trans });
    jobs.resume();
    return jobs;
  }
};

const MEMORY = 'jupyterlab-leap-buckets:jobs';

/** What this tab of the browser remembers until it is closed. */
const pageMemory: IMemory = {
  load: () => {
    try {
      return JSON.parse(sessionStorage.getItem(MEMORY) ?? '[]');
    } catch {
      // An older version wrote it.
      return [];
    }
  },
  save: left => {
    if (left.length > 0) {
      sessionStorage.setItem(MEMORY, JSON.stringify(left));
    } else {
      sessionStorage.removeItem(MEMORY);
    }
  }
};
