import { afterEach, describe, expect, test } from "vitest";
import { hostTheme } from "../src/theme";

const { documentElement: html, body } = document;

afterEach(() => {
  for (const element of [html, body])
    for (const { name } of [...element.attributes]) element.removeAttribute(name);
});

describe("what a host says of its theme", () => {
  const hosts: [string, Element, string, string, string | null][] = [
    ["JupyterLab", body, "data-jp-theme-light", "true", "light"],
    ["JupyterLab", body, "data-jp-theme-light", "false", "dark"],
    ["VS Code", body, "data-vscode-theme-kind", "vscode-light", "light"],
    ["VS Code", body, "data-vscode-theme-kind", "vscode-dark", "dark"],
    ["VS Code", body, "data-vscode-theme-kind", "vscode-high-contrast", "dark"],
    ["VS Code", body, "data-vscode-theme-kind", "vscode-high-contrast-light", "light"],
    ["VS Code by a class", body, "class", "some vscode-dark", "dark"],
    ["VS Code by a class", body, "class", "vscode-light", "light"],
    ["Colab", html, "theme", "dark", "dark"],
    ["Colab", html, "theme", "light", "light"],
    ["marimo", body, "data-theme", "light", "light"],
    ["marimo", body, "data-theme", "dark", "dark"],
    ["a page with a theme", html, "data-theme", "dark", "dark"],
    ["a page that leaves it to the system", body, "data-theme", "auto", null],
    ["an unknown word", html, "theme", "sepia", null],
    ["another class", body, "class", "dark-mode", null],
  ];
  test.each(hosts)("%s", (_, element, name, value, theme) => {
    element.setAttribute(name, value);
    expect(hostTheme(document)).toBe(theme);
  });

  test("nothing", () => expect(hostTheme(document)).toBeNull());

  test("what is said first holds", () => {
    html.setAttribute("theme", "sepia");
    html.setAttribute("data-theme", "dark");
    expect(hostTheme(document)).toBe("dark");
    body.setAttribute("data-theme", "light");
    expect(hostTheme(document)).toBe("light");
    body.setAttribute("data-jp-theme-light", "false");
    expect(hostTheme(document)).toBe("dark");
  });
});
