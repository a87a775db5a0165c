import { ABCWidgetFactory, DocumentModel, DocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { datasetIcon } from '../ui/icons';
import type { DatasetView } from './view';

/** The model of a folder that is a document: it has no text, and is never saved. */
export class DatasetModelFactory implements DocumentRegistry.IModelFactory<DocumentRegistry.ICodeModel> {
  readonly name = 'leap-zarr';
  readonly contentType: Contents.ContentType = 'directory';
  readonly fileFormat = null;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
  }

  preferredLanguage(): string {
    return '';
  }

  createNew(
    options?: DocumentRegistry.IModelOptions<DocumentRegistry.ICodeModel['sharedModel']>
  ): DocumentRegistry.ICodeModel {
    const model = new DocumentModel(options);
    // Else JupyterLab puts into the tab's caption when it was saved, and a folder has no such time.
    model.readOnly = true;
    return model;
  }

  private _isDisposed = false;
}

export type DatasetDocument = DocumentWidget<DatasetView>;

/** Makes the document of a data set; found by its name, as no file type has it as its default. */
export class DatasetFactory extends ABCWidgetFactory<DatasetDocument> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DatasetDocument>,
    private readonly _view: (context: DocumentRegistry.Context) => DatasetView
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DatasetDocument {
    const widget = new DocumentWidget({ content: this._view(context), context });
    widget.addClass('jp-BucketDataset-document');
    widget.title.icon = datasetIcon;
    return widget;
  }
}
