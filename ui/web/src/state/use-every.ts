// Counts up every so often while somebody looks at the page; a page in the background asks nothing.
import { useEffect, useState } from "preact/hooks";

export function useEvery(millis: number): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setCount((before) => before + 1);
    }, millis);
    return () => clearInterval(timer);
  }, [millis]);
  return count;
}
