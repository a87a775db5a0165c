import { BucketList } from '../../store/buckets';
import type { StoreClient } from '../../store/client';
import { BrowseModel } from '../model';
import { MemoryStore } from '../testing/memoryStore';
import { chosenKeys } from './context';

// Filtering takes one slice, however busy the machine is.
beforeEach(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterEach(() => jest.restoreAllMocks());

async function selected(act: (model: BrowseModel) => void): Promise<BrowseModel> {
  const client = new MemoryStore('ada/a1', 'ada/a2', 'ada/b1') as unknown as StoreClient;
  const model = new BrowseModel(client, new BucketList(client), () => undefined);
  await model.start(null);
  act(model);
  return model;
}

describe('what an action is about', () => {
  it('is all that is selected, or the focused row beside that', async () => {
    const model = await selected(() => undefined);
    model.select(0, 'only');
    model.select(2, 'add');
    expect(chosenKeys(model)).toEqual(['ada/a1', 'ada/b1']);
    model.focus('ada/a2');
    expect(chosenKeys(model)).toEqual(['ada/a2']);
    expect(chosenKeys(model, 'ada/b1')).toEqual(['ada/a1', 'ada/b1']);
  });

  it.each([
    ['every row', (model: BrowseModel) => model.selectAll()],
    [
      'a range',
      (model: BrowseModel) => {
        model.select(0, 'only');
        model.select(2, 'range');
      }
    ]
  ])('is nothing that a filter hides, after %s was selected', async (_, act) => {
    const model = await selected(act);
    model.setFilter('a');
    model.focus('ada/a1');
    expect(chosenKeys(model)).toEqual(['ada/a1', 'ada/a2']);
    model.setFilter('');
    expect(chosenKeys(model)).toHaveLength(3);
  });
});
