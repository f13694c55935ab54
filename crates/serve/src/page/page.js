"use strict";

// What is there of an answer is written as text, and nowhere as markup.
const $ = (id) => document.getElementById(id);
const fields = [...document.querySelectorAll(".field")];
// Classes that are shown: of more, the most likely.
const SHOWN = 30;

let now = null; // the answer that is shown
let before = null; // the answer before the field was changed that is being changed
let changed = null; // that field
let said = null; // and its text before
let latest = 0;
let timer = 0;

const control = (field) => field.querySelector("input, select");

function text(field) {
  const input = control(field);
  return input.tagName === "SELECT" ? input.selectedOptions[0].textContent : input.value || "not known";
}

function value(field) {
  const input = control(field);
  if (input.tagName === "SELECT") {
    if (input.selectedOptions[0].dataset.gap !== undefined) return null;
    return field.dataset.kind === "boolean" ? input.value === "true" : input.value;
  }
  if (input.value === "") return null;
  return field.dataset.kind === "number" ? Number(input.value) : input.value;
}

function row() {
  // Without a prototype, so that any name is a key like any other.
  const row = Object.create(null);
  for (const field of fields) row[field.dataset.name] = value(field);
  return JSON.stringify(row);
}

// What is wrong: beside the field, if it is one's.
function problem(message, column) {
  let isPlaced = false;
  for (const field of fields) {
    const wrong = field.querySelector(".wrong");
    const is = message !== null && field.dataset.name === column;
    isPlaced ||= is;
    wrong.hidden = !is;
    wrong.textContent = is ? message : "";
    control(field).toggleAttribute("aria-invalid", is);
  }
  $("problem").hidden = message === null || isPlaced;
  $("problem").textContent = message ?? "";
  $("answer").classList.toggle("old", message !== null);
}

async function predict() {
  const request = ++latest;
  const bad = fields.find((field) => control(field).validity.badInput);
  if (bad) return problem("expected a number", bad.dataset.name);
  const body = row();
  const url = new URL("predict", document.baseURI);
  $("request").textContent =
    `curl ${url} -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
  let response, answer;
  try {
    const headers = { "content-type": "application/json" };
    response = await fetch(url, { method: "POST", headers, body });
    answer = await response.json();
  } catch (error) {
    if (request === latest) problem(`the server does not answer (${error.message})`, null);
    return;
  }
  // One that was asked later may have come before.
  if (request !== latest) return;
  if (!response.ok) return problem(answer.error.message, answer.error.column);
  problem(null, null);
  now = answer;
  show();
}

function cell(name, content, numeric) {
  const cell = document.createElement(name);
  cell.textContent = content;
  if (numeric) cell.className = "number";
  return cell;
}

const points = (share) => (100 * share).toFixed(1);
const percent = (share) => points(share) + " %";

function figure(number) {
  return Number(number.toPrecision(6)).toString();
}

function signed(difference, format) {
  const shown = format(Math.abs(difference));
  if (shown === format(0)) return "";
  return (difference < 0 ? "−" : "+") + shown;
}

function bar(share, old) {
  const cell = document.createElement("td");
  cell.className = "bar";
  const track = document.createElement("div");
  track.style.setProperty("--share", share);
  if (old !== undefined) {
    track.style.setProperty("--old", old);
    track.className = "moved";
  }
  cell.append(track);
  return cell;
}

function show() {
  const shares = now.probabilities;
  const numbers = new Map(Object.entries(shares ?? now.values ?? {}));
  const old = new Map(Object.entries((before && (before.probabilities ?? before.values)) ?? {}));
  if (now.label !== undefined) $("label").textContent = now.label;
  let names = [...numbers.keys()];
  if (names.length > SHOWN) {
    names = names.sort((a, b) => numbers.get(b) - numbers.get(a)).slice(0, SHOWN);
  }
  const format = shares ? percent : figure;
  const rows = names.map((name) => {
    const tr = document.createElement("tr");
    const [number, was] = [numbers.get(name), old.get(name)];
    tr.append(cell("th", name));
    if (shares) tr.append(bar(number, was));
    tr.append(cell("td", format(number), true));
    const moved = was === undefined ? "" : signed(number - was, shares ? points : figure);
    tr.append(cell("td", moved, true));
    tr.classList.toggle("likely", name === now.label);
    tr.dataset.name = name;
    return tr;
  });
  $("numbers").replaceChildren(...rows);
  let note = "";
  if (now.label !== undefined && !shares) note = "The loss of this model defines no probabilities.";
  if (before && changed) {
    note += ` Compared with ${changed.dataset.name} = ${said}`;
    if (before.label !== now.label) note += `, where it was ${before.label}`;
    note += shares ? ", in percentage points." : ".";
  }
  $("note").textContent = note;
}

let shown = new Map(fields.map((field) => [field, text(field)]));

$("row").addEventListener("input", (event) => {
  const field = event.target.closest(".field");
  if (field !== changed) {
    // What other fields did is what this one is compared with.
    [changed, before, said] = [field, now, shown.get(field)];
  }
  clearTimeout(timer);
  timer = setTimeout(() => {
    shown = new Map(fields.map((field) => [field, text(field)]));
    predict();
  }, 40);
});

$("row").addEventListener("reset", () => {
  clearTimeout(timer);
  // The fields are as at first after this event.
  timer = setTimeout(() => {
    shown = new Map(fields.map((field) => [field, text(field)]));
    [changed, before, said] = [null, null, null];
    predict();
  });
});

$("row").addEventListener("submit", (event) => event.preventDefault());
predict();
