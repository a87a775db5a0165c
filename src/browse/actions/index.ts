import { carrying } from './clipboard';
import type { Actions, IActionContext } from './context';
import { creating } from './create';
import { detailing } from './details';
import { downloading } from './download';
import { looking } from './look';
import { navigation } from './navigate';
import { opening } from './open';
import { places } from './places';
import { removing } from './remove';
import { renaming } from './rename';
import { sharing } from './share';
import { uploading } from './upload';

/** The commands of the panel, by id. Those about rows act on the focused or the selected ones. */
export function actions(context: IActionContext): Actions {
  return {
    ...carrying(context),
    ...creating(context),
    ...detailing(context),
    ...downloading(context),
    ...looking(context),
    ...navigation(context),
    ...opening(context),
    ...places(context),
    ...removing(context),
    ...renaming(context),
    ...sharing(context),
    ...uploading(context)
  };
}
