import { LabIcon } from '@jupyterlab/ui-components';
import bucketSvg from '../../style/icons/bucket.svg';
import datasetSvg from '../../style/icons/dataset.svg';

export const bucketIcon = new LabIcon({
  name: 'leap-buckets:bucket',
  svgstr: bucketSvg
});

/** A Zarr store: a cube of chunks. */
export const datasetIcon = new LabIcon({
  name: 'leap-buckets:dataset',
  svgstr: datasetSvg
});
