import { expect, test } from "vitest";
import { hasSealed, maskedText, sealedParts, tokenOf } from "./sealed";

const TOKEN = "0123456789abcdef0123456789abcdef";

test("a sealed value is known by its whole token", () => {
  expect(tokenOf(`sealed:${TOKEN}`)).toBe(TOKEN);
  for (const other of [`sealed:${TOKEN}0`, `sealed:${TOKEN.toUpperCase()}`, `xsealed:${TOKEN}`, "sealed:", 7, undefined]) {
    expect(tokenOf(other)).toBeUndefined();
  }
});

test("sealed values are found in a text, with and without what they hold", () => {
  expect(sealedParts(`from <sealed:${TOKEN}> to <sealed:${TOKEN}:AQIB+/=>!`)).toEqual([
    { text: "from " }, { token: TOKEN }, { text: " to " }, { token: TOKEN }, { text: "!" },
  ]);
  expect(sealedParts(`id=sealed:${TOKEN}`)).toEqual([{ text: "id=" }, { token: TOKEN }]);
});

test("text that only looks sealed stays as it is", () => {
  for (const text of ["the lid is sealed: yes", `<sealed:${TOKEN.slice(1)}>`, `unsealed:${TOKEN}`]) {
    expect(sealedParts(text)).toEqual([{ text }]);
    expect(hasSealed(text)).toBe(false);
  }
  expect(sealedParts("")).toEqual([{ text: "" }]);
});

test("a label names a sealed value by the beginning of its token", () => {
  expect(maskedText(`patient <sealed:${TOKEN}>`)).toBe("patient protected 01234567");
});
