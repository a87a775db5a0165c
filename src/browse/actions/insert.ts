import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { JupyterFrontEnd } from '@jupyterlab/application';

/**
 * Puts code into a cell of the active notebook, or of a new one: into the active cell if that is
 * empty, else below it. The notebook then has the keyboard, ready to run it. Rejects where there is none
 * and none can be made.
 */
export async function insertInNotebook(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  code: string
): Promise<void> {
  const panel = tracker.currentWidget ?? (await newNotebook(app));
  await panel.context.ready;
  const { content } = panel;
  const isFree =
    content.activeCell?.model.type === 'code' && content.activeCell.model.sharedModel.source === '';
  if (!isFree) {
    NotebookActions.insertBelow(content);
    NotebookActions.changeCellType(content, 'code');
  }
  content.activeCell?.model.sharedModel.setSource(code);
  app.shell.activateById(panel.id);
}

async function newNotebook({ commands, serviceManager }: JupyterFrontEnd): Promise<NotebookPanel> {
  await serviceManager.kernelspecs.ready;
  return commands.execute('notebook:create-new', {
    kernelName: serviceManager.kernelspecs.specs?.default
  });
}
