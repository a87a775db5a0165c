import { describeArray, shownAttributes, type INode } from './zarrArray';
import { own } from './zarrJson';
import type { IArray, IBrokenArray, IGroup } from './zarrProtocol';

/** The groups of a store, the root first and the others by path, each with its own arrays. */
export function describeGroups(nodes: readonly INode[]): IGroup[] {
  const groups = new Map<string, { group: INode | null; arrays: INode[] }>();
  const at = (path: string) => {
    const found = groups.get(path) ?? { group: null, arrays: [] };
    groups.set(path, found);
    return found;
  };
  at('');
  for (const node of nodes) {
    if (node.kind === 'group') {
      at(node.path).group = node;
    } else {
      at(parent(node.path)).arrays.push(node);
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { group, arrays }]) => describeGroup(path, group, arrays));
}

function describeGroup(path: string, group: INode | null, nodes: readonly INode[]): IGroup {
  const arrays: IArray[] = [];
  const broken: IBrokenArray[] = [];
  for (const node of nodes) {
    try {
      arrays.push(describeArray(node));
    } catch (error) {
      const name = node.path.slice(node.path.lastIndexOf('/') + 1);
      broken.push({ name, problem: (error as Error).message });
    }
  }
  const dims = dimensionSizes(arrays);
  const named = coordinateNames([...(group ? [group] : []), ...nodes]);
  const isCoordinate = ({ name }: IArray) => dims.has(name) || named.has(name);
  // Those that index a dimension first, in the order of the dimensions, as xarray has them.
  const order = new Map([...dims.keys()].map((name, index) => [name, index]));
  const rank = ({ name }: IArray) => order.get(name) ?? order.size;
  return {
    path,
    dims: [...dims].map(([name, sizes]) => [name, [...sizes]] as const),
    coordinates: arrays.filter(isCoordinate).sort((a, b) => rank(a) - rank(b)),
    variables: arrays.filter(array => !isCoordinate(array)),
    broken,
    attributes: group ? shownAttributes(group) : []
  };
}

/** In the order of the arrays with the most dimensions: `time, lat, lon` and not `lat, lon, time`. */
function dimensionSizes(arrays: readonly IArray[]): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const { dims, shape } of [...arrays].sort((a, b) => b.dims.length - a.dims.length)) {
    dims.forEach((name, axis) => {
      found.set(name, (found.get(name) ?? new Set()).add(shape[axis]));
    });
  }
  return found;
}

/** CF: the attribute `coordinates` of a variable or of the group names coordinates. */
function coordinateNames(nodes: readonly INode[]): Set<string> {
  return new Set(
    nodes.flatMap(({ attributes }) => {
      const names = own(attributes, 'coordinates');
      return typeof names === 'string' ? names.split(/\s+/).filter(name => name !== '') : [];
    })
  );
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
