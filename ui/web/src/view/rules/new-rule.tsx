// A rule that is not there yet, begun with one that works.
import { useState } from "preact/hooks";
import type { Place } from "../../shell/place";
import { RuleEditor } from "./rule-editor";

/** Everybody knows this one, and it shows the parts that most rules need. The first is the one that tells. */
const beginning = (id: string): string => `title: More than 10 failed sign-ins from one address
id: ${id}
description: Somebody tries passwords.
level: high
tags: [attack.credential-access]
correlation:
    type: event_count
    rules: [failed-${id.slice(0, 8)}]
    group-by: [source_ip]
    timespan: 5m
    condition: {gt: 10}
---
title: A failed sign-in
name: failed-${id.slice(0, 8)}
level: informational
logsource: {category: authentication}
detection:
    failed:
        action: login
        outcome: failure
    condition: failed
`;

export function NewRule({ place }: { readonly place: Place }) {
  const [id] = useState(() => crypto.randomUUID());
  return <RuleEditor id={id} text={beginning(id)} place={place} onSaved={(saved) => place.change({ item: saved })} />;
}
