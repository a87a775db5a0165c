import type { DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import type { IFrame } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';
import { fromDrivePath } from '../store/path';

/** The name of JupyterLab's viewer of HTML pages. */
export const HTML_VIEWER = 'HTML Viewer';

interface IHTMLViewer extends DocumentWidget<IFrame> {
  readonly trustedChanged: ISignal<unknown, boolean>;
}

/**
 * Keeps the pages of buckets out of the server's origin. Once a person trusts a page, JupyterLab's
 * viewer runs it as a part of JupyterLab: a colleague's page could do whatever the person can. It
 * still runs without that, by itself.
 */
export class PageSandbox implements DocumentRegistry.IWidgetExtension<
  IHTMLViewer,
  DocumentRegistry.IModel
> {
  createNew(
    viewer: IHTMLViewer,
    context: DocumentRegistry.IContext<DocumentRegistry.IModel>
  ): void {
    viewer.trustedChanged.connect(() => {
      if (fromDrivePath(context.path)) {
        // The viewer loads the page again in a later turn, so with these.
        viewer.content.sandbox = viewer.content.sandbox.filter(
          allowed => allowed !== 'allow-same-origin'
        );
      }
    });
  }
}
