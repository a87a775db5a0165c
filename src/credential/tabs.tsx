import React, { useId } from 'react';

export interface ITab<T extends string> {
  readonly id: T;
  readonly label: string;
}

interface ITabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly ITab<T>[];
  readonly chosen: T;
  readonly choose: (tab: T) => void;
  /** What the chosen tab shows. */
  readonly children: React.ReactNode;
}

/** Tabs as the ARIA practices have them: one stop for Tab, arrows between them. */
export function Tabs<T extends string>(props: ITabsProps<T>): React.JSX.Element {
  const { label, tabs, chosen, choose, children } = props;
  const id = useId();

  const move = (event: React.KeyboardEvent<HTMLElement>) => {
    const at = tabs.findIndex(tab => tab.id === chosen);
    const next = {
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      ArrowRight: (at + 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1
    }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      choose(tabs[next].id);
      event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[next].focus();
    }
  };

  return (
    <>
      <div className="jp-BucketToken-tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={tab.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${chosen}`}
        className="jp-BucketToken-panel"
      >
        {children}
      </div>
    </>
  );
}
