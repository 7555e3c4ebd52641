// Says that values are shown in clear, and for how long still.
import { useEffect, useRef } from "preact/hooks";
import type { Clear } from "../state/use-reveal";
import { plural } from "../text/number";
import { Icon } from "./icon";

const two = (value: number): string => `${value}`.padStart(2, "0");

export const countdown = (seconds: number): string => `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;

interface Props {
  readonly clear: Clear;
  readonly secondsLeft: number;
  readonly onHide: () => void;
}

export function ClearBanner({ clear, secondsLeft, onHide }: Props) {
  const hide = useRef<HTMLButtonElement>(null);
  // The button that asked is gone; whoever works with the keyboard goes on here.
  useEffect(() => {
    const frame = requestAnimationFrame(() => hide.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <div class="clear-banner">
      <Icon name="eye" />
      <span role="status">
        {clear.values === 0 ? "There was nothing to show" : `${plural(clear.values, "protected value")} shown in clear`}
        {clear.erased > 0 && `; ${plural(clear.erased, "value")} erased: nobody can show ${clear.erased === 1 ? "it" : "them"} any more`}
      </span>
      <span class="spring" />
      <span class="countdown" role="timer" aria-label="Hidden in">hidden in {countdown(secondsLeft)}</span>
      <button type="button" class="button" ref={hide} onClick={onHide}><Icon name="lock" /> Hide now</button>
    </div>
  );
}
