// Draws a component again only when one of its properties is another one.
import { Component, h, type ComponentType, type FunctionComponent, type JSX } from "preact";

export function memo<Props extends object>(inner: FunctionComponent<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const now = this.props as Readonly<Record<string, unknown>>;
      return Object.entries(next).some(([name, value]) => now[name] !== value);
    }
    override render(): JSX.Element {
      return h(inner, this.props as Props);
    }
  };
}
