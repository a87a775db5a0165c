import type { Actions, IActionContext } from './context';
import { detailing } from './details';
import { downloading } from './download';
import { navigation } from './navigate';
import { opening } from './open';
import { places } from './places';
import { sharing } from './share';
import { uploading } from './upload';

/** The commands of the panel, by id. Those about rows act on the focused or the selected ones. */
export function actions(context: IActionContext): Actions {
  return {
    ...detailing(context),
    ...downloading(context),
    ...navigation(context),
    ...opening(context),
    ...places(context),
    ...sharing(context),
    ...uploading(context)
  };
}
