import { LabIcon } from '@jupyterlab/ui-components';
import bucketSvg from '../../style/icons/bucket.svg';
import datasetSvg from '../../style/icons/dataset.svg';
import directSvg from '../../style/icons/direct.svg';
import relaySvg from '../../style/icons/relay.svg';

export const bucketIcon = new LabIcon({
  name: 'leap-buckets:bucket',
  svgstr: bucketSvg
});

/** A Zarr store: a cube of chunks. */
export const datasetIcon = new LabIcon({
  name: 'leap-buckets:dataset',
  svgstr: datasetSvg
});

/** Bytes go straight into the cloud. */
export const directIcon = new LabIcon({
  name: 'leap-buckets:direct',
  svgstr: directSvg
});

/** Bytes pass through the user's server. */
export const relayIcon = new LabIcon({
  name: 'leap-buckets:relay',
  svgstr: relaySvg
});
