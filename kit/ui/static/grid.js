// The grid as one table. The marks live in the kernel: `input` goes up after each change with a number,
// `sheet` comes back with the same number. Until it does, nothing is shown as received.
//
// It is used in two ways: for one grid, kept in a file by the button « Enregistrer »; and at a marker's desk
// (`table.desk`), where each change is kept at once and the copies follow one another.

const PATIENCE = 4000; // ms without an answer before saying that the kernel does not answer
const PAUSE = 400; // ms without a key before a comment is sent

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** The figure of a key by its place: on a French keyboard the figures of the first row need Shift. */
function figure(event) {
  const row = /^Digit([0-9])$/.exec(event.code);
  if (row) return Number(row[1]);
  return /^[0-9]$/.test(event.key) ? Number(event.key) : null;
}

class GridView {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.table = model.get("table");
    this.words = this.table.words;
    this.id = `grid-${Math.random().toString(36).slice(2, 9)}`;
    this.rows = [];
    this.seq = 0;
    this.action = null;
    this.unsent = false;
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("focusout", () => this.flush());
    this.build();
    this.onSheet = () => this.receive();
    this.onTable = () => this.renew();
    model.on("change:table", this.onTable);
    model.on("change:sheet", this.onSheet);
    this.receive();
  }

  leave() {
    this.model.off("change:table", this.onTable);
    this.model.off("change:sheet", this.onSheet);
    clearTimeout(this.lost);
    clearTimeout(this.pause);
  }

  // Drawing ------------------------------------------------------------------------------------------

  build() {
    const { words } = this;
    this.root.classList.add("kit-grid");
    this.root.lang = "fr";
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", words.name);
    this.said = make("p", { class: "kit-hidden", "aria-live": "polite" });
    const head = this.table.desk ? this.deskHead() : this.head();
    this.root.append(head, this.body(), this.foot(), this.said);
  }

  /** Another copy: its grid in the place of the last one, the keyboard at its first line left. */
  renew() {
    const held = this.root.contains(document.activeElement);
    this.table = this.model.get("table");
    this.words = this.table.words;
    this.rows = [];
    this.root.replaceChildren();
    this.build();
    this.receive();
    if (held) this.focus(Math.max(this.rows.findIndex((row) => this.leftKeys.includes(row.line.key)), 0));
    this.say(this.said, this.place.textContent);
  }

  deskHead() {
    const { words } = this;
    const button = (name, mark, keys) => {
      const node = make(
        "button",
        { type: "button", title: `${words[name]} (${keys})`, "aria-label": words[name] },
        mark,
      );
      node.addEventListener("click", () => this.ask(name));
      return node;
    };
    this.place = make("p", { class: "kit-place" });
    this.back = button("previous", "‹", "Alt + ↑");
    this.forward = button("next", "›", "Alt + ↓");
    this.undo = button("undo", "↶", "Ctrl + Z");
    this.chosen = make("select", { id: `${this.id}-go` });
    this.chosen.addEventListener("change", () => this.ask("go", Number(this.chosen.value)));
    return make(
      "div",
      { class: "kit-head" },
      make("p", { class: "kit-subject" }, make("span", {}, words.subject), ` ${this.table.subject}`),
      this.place,
      make("div", { class: "kit-field" }, make("label", { for: this.chosen.id }, words.go), this.chosen),
      make("div", { class: "kit-field" }, this.back, this.forward, this.undo),
      this.signsBox(),
      this.holders(),
    );
  }

  /** Whose copy it is, where the part hides no name. */
  holders() {
    if (!this.table.holders.length) return null;
    const names = this.table.holders.map((one) => (one.present ? one.name : `${one.name} (${this.words.absent})`));
    return make("p", { class: "kit-holders" }, `${this.words.holders} ${names.join(", ")}`);
  }

  /** Of a group's copy: what differs for one member, and the form to say so. */
  differences() {
    const { words } = this;
    const field = (name, node) => {
      node.id = `${this.id}-${name}`;
      return make("div", { class: "kit-field" }, make("label", { for: node.id }, words[name]), node);
    };
    const options = (items) => items.map(([value, text]) => make("option", { value }, text));
    const lines = this.rows.map(({ line }) => [line.key, line.code]);
    const present = this.table.holders.filter((one) => one.present).map((one) => [one.id, one.name]);
    const member = make("select", {}, ...options(present));
    const line = make("select", {}, ...options(lines));
    const level = make("select", {}, ...options(this.table.choices.map((choice) => [choice.id, choice.label])));
    const reason = make("input", { size: 40, maxlength: 4000, autocomplete: "off" });
    this.keep = make("button", { type: "button" }, words.differ);
    this.keep.addEventListener("click", () => {
      const said = { member: member.value, line: line.value, choice: level.value, reason: reason.value };
      if (reason.value.trim()) reason.value = "";
      this.ask("differ", said);
    });
    this.different = make("ul", { class: "kit-differences" });
    this.differing = make(
      "details",
      { hidden: true },
      make("summary", {}, words.differences),
      make("p", { class: "kit-about" }, words.differences_help),
      this.different,
      make(
        "div",
        { class: "kit-actions" },
        field("member", member),
        field("criterion", line),
        field("own_level", level),
        field("reason", reason),
        this.keep,
      ),
    );
    return this.differing;
  }

  showDifferences(place) {
    this.differing.hidden = !place.is_group;
    this.keep.disabled = place.locked;
    const items = place.differences.map((one) => {
      const back = make("button", { type: "button", disabled: place.locked }, this.words.take_back);
      const said = { member: one.member, line: one.line, choice: "", reason: "" };
      back.addEventListener("click", () => this.ask("differ", said));
      back.setAttribute("aria-label", `${this.words.take_back} : ${one.name}, ${one.criterion}`);
      return make("li", {}, `${one.name} – ${one.criterion} : ${one.level} (${one.reason}) `, back);
    });
    this.different.replaceChildren(...(items.length ? items : [make("li", {}, this.words.no_difference)]));
  }

  signsBox() {
    if (!this.table.groups.some((group) => group.lines.some((line) => line.signs.length + line.figures.length)))
      return null;
    const signs = make("input", { type: "checkbox", id: `${this.id}-signs` });
    signs.checked = !this.root.classList.contains("kit-no-signs");
    signs.addEventListener("change", () => this.root.classList.toggle("kit-no-signs", !signs.checked));
    return make("div", { class: "kit-field" }, signs, make("label", { for: signs.id }, this.words.signs));
  }

  head() {
    const { words } = this;
    this.copy = make("input", { id: `${this.id}-copy`, size: 10, maxlength: 200, autocomplete: "off" });
    this.marker = make("input", { id: `${this.id}-marker`, size: 22, maxlength: 200, autocomplete: "off" });
    for (const field of [this.copy, this.marker]) field.addEventListener("input", () => this.later());
    return make(
      "div",
      { class: "kit-head" },
      make("p", { class: "kit-subject" }, make("span", {}, words.subject), ` ${this.table.subject}`),
      make("div", { class: "kit-field" }, make("label", { for: this.copy.id }, words.copy), this.copy),
      make("div", { class: "kit-field" }, make("label", { for: this.marker.id }, words.marker), this.marker),
      this.signsBox(),
    );
  }

  body() {
    const { words } = this;
    const columns = this.table.choices.map((choice, index) =>
      make(
        "th",
        { scope: "col", class: "kit-level", id: `${this.id}-c${index}`, "aria-label": choice.label },
        index < 9 ? make("kbd", { "aria-hidden": "true" }, String(index + 1)) : null,
        make("span", {}, choice.label),
      ),
    );
    const header = make(
      "tr",
      {},
      make("th", { scope: "col" }, words.criterion),
      make("th", { scope: "col", class: "kit-weight" }, words.weight),
      ...columns,
      make("th", { scope: "col", class: "kit-comment" }, words.comment),
    );
    const table = make("table", {}, make("caption", { class: "kit-hidden" }, words.name), make("thead", {}, header));
    for (const group of this.table.groups) table.append(this.group(group));
    this.scroller = make("div", { class: "kit-scroller" }, table);
    return this.scroller;
  }

  group(group) {
    const width = this.table.choices.length + 3;
    const words = [make("strong", {}, group.code), ` ${group.title}`];
    const title = make("th", { scope: "rowgroup", colspan: width, class: "kit-group" }, ...words);
    return make("tbody", {}, make("tr", {}, title), ...group.lines.map((line) => this.line(line)));
  }

  line(line) {
    const index = this.rows.length;
    const id = `${this.id}-r${index}`;
    const row = { line, index };
    row.radios = this.table.choices.map((choice, column) => this.radio(row, choice, column, id));
    row.clear = make(
      "button",
      { type: "button", class: "kit-clear", tabindex: -1, hidden: true, title: this.words.clear },
      make("span", { "aria-hidden": "true" }, "×"),
      make("span", { class: "kit-hidden" }, this.words.clear_of.replace("CRITERE", line.code)),
    );
    row.clear.addEventListener("click", () => this.clear(row));
    const name = this.words.comment_of.replace("CRITERE", line.code);
    row.comment = make("textarea", { rows: 1, maxlength: 4000, "aria-label": name });
    row.comment.addEventListener("input", () => this.later());
    row.node = make(
      "tr",
      {},
      this.heading(line, id),
      make("td", { class: "kit-weight" }, line.weight),
      ...row.radios.map((radio) => make("td", { class: "kit-level" }, make("label", {}, radio))),
      make("td", { class: "kit-comment" }, make("div", {}, row.comment, row.clear), this.phrases(row)),
    );
    this.rows.push(row);
    return row.node;
  }

  heading(line, id) {
    return make(
      "th",
      { scope: "row", abbr: line.code },
      make("p", {}, make("strong", { id }, line.code), ` ${line.text}`),
      line.about ? make("p", { class: "kit-about" }, line.about) : null,
      this.points("kit-signs kit-figures", line.figures),
      this.points("kit-signs", line.signs),
    );
  }

  points(kind, items) {
    return items.length ? make("ul", { class: kind }, ...items.map((item) => make("li", {}, item))) : null;
  }

  /** What this marker already wrote of this criterion, to be taken again. */
  phrases(row) {
    const known = this.table.phrases?.[row.line.key] ?? [];
    if (!known.length) return null;
    const name = this.words.phrases_of.replace("CRITERE", row.line.code);
    const box = make("details", { class: "kit-phrases" }, make("summary", { "aria-label": name }, this.words.phrases));
    const items = known.map((phrase) => {
      const item = make("button", { type: "button" }, phrase);
      item.addEventListener("click", () => {
        row.comment.value = [row.comment.value.trimEnd(), phrase].filter(Boolean).join("\n");
        box.open = false;
        row.comment.focus();
        this.send();
      });
      return make("li", {}, item);
    });
    box.append(make("ul", {}, ...items));
    return box;
  }

  radio(row, choice, column, id) {
    const radio = make("input", {
      type: "radio",
      name: id,
      value: choice.id,
      tabindex: column ? -1 : 0,
      "aria-labelledby": `${id} ${this.id}-c${column}`,
    });
    radio.place = { row, column };
    radio.addEventListener("change", () => this.choose(row, choice.id));
    return radio;
  }

  foot() {
    const { words } = this;
    const button = (name, act, title = null) => {
      const node = make("button", { type: "button", class: `kit-${name}`, title }, words[name]);
      node.addEventListener("click", act);
      return node;
    };
    this.mark = make("p", { class: "kit-mark" });
    this.exact = make("p", { class: "kit-exact" });
    this.bar = make("progress", { "aria-label": words.progress, max: 1, value: 0 });
    this.progress = make("p", {});
    this.left = make("p", { class: "kit-left" });
    this.status = make("p", { role: "status", class: "kit-status" });
    this.problems = make("ul", { class: "kit-problems" });
    this.next = button("next_left", () => this.goToLeft());
    return make(
      "div",
      { class: "kit-foot" },
      make("div", { class: "kit-score" }, this.mark, this.exact, this.bar, this.progress, this.left),
      make("div", { class: "kit-actions" }, this.next, ...this.keeping(button), this.status),
      make("div", { role: "alert" }, this.problems),
      this.table.desk ? this.differences() : null,
      this.help(),
      make("p", { class: "kit-about" }, this.table.rule),
    );
  }

  /** The buttons that keep the marks in a file; at a desk each change is kept at once, and there is the next copy. */
  keeping(button) {
    if (this.table.desk) return [button("next_copy_left", () => this.ask("next_copy_left"), "Ctrl + Alt + ↓")];
    this.save = button("save", () => this.ask("save"), "Ctrl + S");
    this.reload = button("reload", () => this.askReload());
    this.reload.addEventListener("blur", () => this.disarm());
    return [this.save, this.reload];
  }

  help() {
    const notes = this.table.choices.flatMap((choice) => [
      make("dt", {}, choice.label),
      make("dd", {}, choice.note),
    ]);
    const keys = this.words.keys.replace("DERNIER", String(Math.min(this.table.choices.length, 9)));
    return make(
      "details",
      {},
      make("summary", {}, this.words.levels),
      make("dl", {}, ...notes),
      make("p", {}, keys),
    );
  }

  // From the kernel ----------------------------------------------------------------------------------

  receive() {
    const sheet = this.model.get("sheet");
    if (sheet.seq < this.seq) return; // an answer to something older than what is on the screen
    this.seq = sheet.seq;
    clearTimeout(this.lost);
    this.root.classList.remove("kit-lost");
    if (!this.unsent) this.show(sheet);
    this.summary(sheet.summary);
  }

  show(sheet) {
    if (this.table.desk) this.showPlace(sheet.place);
    else if (this.copy.value !== sheet.copy) this.copy.value = sheet.copy;
    if (!this.table.desk && this.marker.value !== sheet.marker) this.marker.value = sheet.marker;
    for (const row of this.rows) {
      const { choice = "", comment = "" } = sheet.marks[row.line.key] ?? {};
      this.check(row, choice);
      if (row.comment.value !== comment) row.comment.value = comment;
    }
  }

  showPlace(place) {
    this.index = place.index;
    this.say(this.place, place.words);
    this.chosen.replaceChildren(
      ...place.copies.map((copy, index) =>
        make("option", { value: String(index), selected: index === place.index }, copy),
      ),
    );
    this.back.disabled = place.index === 0;
    this.forward.disabled = place.index === place.copies.length - 1;
    this.undo.disabled = !place.can_undo;
    this.root.classList.toggle("kit-locked", place.locked);
    for (const row of this.rows) {
      row.closed = place.locked || place.aside.includes(row.line.key);
      row.comment.readOnly = row.closed;
      row.radios.forEach((radio) => radio.toggleAttribute("disabled", row.closed));
    }
    this.showDifferences(place);
  }

  summary(summary) {
    this.dirty = summary.dirty;
    this.leftKeys = summary.left;
    this.mark.textContent = summary.mark;
    this.exact.textContent = summary.exact;
    this.exact.hidden = !summary.exact;
    this.bar.max = summary.lines;
    this.bar.value = summary.done;
    this.progress.textContent = summary.progress;
    this.left.textContent = summary.left_words;
    this.next.disabled = !summary.left.length;
    this.root.classList.toggle("kit-dirty", summary.dirty);
    this.say(this.status, summary.status);
    const problems = summary.findings.map((item) => make("li", { class: `kit-${item.severity}` }, item.message));
    if (this.problems.textContent !== problems.map((item) => item.textContent).join("")) {
      this.problems.replaceChildren(...problems);
    }
  }

  say(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  // To the kernel ------------------------------------------------------------------------------------

  /** Send all that is on the screen; an action stays in what is sent, the kernel does each number once. */
  send(action = null, value = null) {
    clearTimeout(this.pause);
    this.unsent = false;
    this.seq = Math.max(this.seq, this.model.get("sheet").seq) + 1;
    if (action) this.action = { seq: this.seq, name: action, value };
    const marks = {};
    for (const row of this.rows) {
      const choice = row.radios.find((radio) => radio.checked)?.value ?? "";
      const comment = row.comment.value;
      if (choice || comment) marks[row.line.key] = { choice, comment };
    }
    const { seq } = this;
    const about = this.table.desk
      ? { index: this.index }
      : { copy: this.copy.value, marker: this.marker.value };
    this.model.set("input", { seq, marks, ...about, action: this.action });
    if (this.table.desk) this.say(this.status, this.words.sending);
    this.model.save_changes();
    clearTimeout(this.lost);
    this.lost = setTimeout(() => this.showLost(), PATIENCE);
  }

  later() {
    this.unsent = true;
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.send(), PAUSE);
  }

  flush() {
    if (this.unsent) this.send();
  }

  ask(action, value = null) {
    this.disarm();
    this.send(action, value);
  }

  /** Reloading throws away what is not saved: it takes two presses then. */
  askReload() {
    if (!(this.dirty || this.unsent) || this.armed) return this.ask("reload");
    this.armed = true;
    this.reload.textContent = this.words.reload_confirm;
    return null;
  }

  disarm() {
    this.armed = false;
    if (this.table.desk) return;
    this.reload.textContent = this.words.reload;
  }

  showLost() {
    this.root.classList.add("kit-lost");
    this.say(this.status, this.words.lost);
  }

  // Marking ------------------------------------------------------------------------------------------

  choose(row, choice) {
    this.check(row, choice);
    this.say(this.said, `${row.line.code} : ${this.labelOf(choice)}`);
    this.send();
  }

  clear(row) {
    const held = row.node.contains(document.activeElement);
    this.check(row, "");
    if (held) row.radios[0].focus();
    this.say(this.said, `${row.line.code} : ${this.words.cleared}`);
    this.send();
  }

  labelOf(choice) {
    return this.table.choices.find((item) => item.id === choice)?.label ?? "";
  }

  /** Put a row on a choice. One radio per row is in the order of Tab: the one checked, else the first. */
  check(row, choice) {
    const found = row.radios.findIndex((radio) => radio.value === choice);
    row.radios.forEach((radio, column) => {
      radio.checked = column === found;
      radio.tabIndex = column === Math.max(found, 0) ? 0 : -1;
    });
    row.clear.hidden = found < 0 || Boolean(row.closed);
    row.node.classList.toggle("kit-done", found >= 0);
  }

  /** Put the keyboard on a row; one that is closed is passed over, in the direction of the step. */
  focus(index, column = null, step = 1) {
    let at = Math.min(Math.max(index, 0), this.rows.length - 1);
    while (this.rows[at]?.closed) at += step;
    const row = this.rows[at];
    if (!row) return;
    const checked = Math.max(row.radios.findIndex((radio) => radio.checked), 0);
    const radio = row.radios[Math.min(Math.max(column ?? checked, 0), row.radios.length - 1)];
    for (const other of row.radios) other.tabIndex = other === radio ? 0 : -1;
    radio.focus({ preventScroll: true });
    const head = this.scroller.querySelector("thead").offsetHeight;
    row.node.style.scrollMarginTop = `${head + 2}px`; // the head covers what is under it
    const tall = row.node.offsetHeight > this.scroller.clientHeight - head;
    row.node.scrollIntoView({ block: tall ? "start" : "nearest", inline: "nearest" });
  }

  goToLeft() {
    const index = this.rows.findIndex((row) => this.leftKeys.includes(row.line.key));
    if (index >= 0) this.focus(index);
  }

  // Keyboard -----------------------------------------------------------------------------------------

  onKey(event) {
    event.stopPropagation(); // else the notebook takes the keys: « b » would insert a cell
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (this.table.desk) this.flush();
      else this.ask("save");
    } else if (this.table.desk && this.deskKey(event, command)) {
      event.preventDefault();
    } else if (command && event.key === "Enter") {
      const index = this.rows.findIndex((row) => row.node.contains(event.target));
      if (index >= 0) this.focus(index + 1);
    } else if (event.target.place && !command && !event.altKey && this.onRadioKey(event, event.target.place)) {
      event.preventDefault();
    }
  }

  /** Do what a key means at a desk; return whether it meant something. In a comment Ctrl + Z is the text's own. */
  deskKey(event, command) {
    const down = event.key === "ArrowDown";
    if (event.altKey && (down || event.key === "ArrowUp")) {
      if (command && down) this.ask("next_copy_left");
      else if (!command) this.ask(down ? "next" : "previous");
      return true;
    }
    if (command && !event.shiftKey && event.key.toLowerCase() === "z" && event.target.tagName !== "TEXTAREA") {
      if (!this.undo.disabled) this.ask("undo");
      return true;
    }
    return false;
  }

  /** Do what a key means on a radio; return whether it meant something. */
  onRadioKey(event, { row, column }) {
    const digit = figure(event);
    if (digit !== null) {
      if (digit < 1 || digit > row.radios.length) return true;
      this.choose(row, row.radios[digit - 1].value);
      this.focus(row.index + 1);
      return true;
    }
    const last = this.rows.length - 1;
    const moves = {
      ArrowUp: [row.index - 1, column, -1],
      ArrowDown: [row.index + 1, column],
      ArrowLeft: [row.index, column - 1],
      ArrowRight: [row.index, column + 1],
      Home: [0, column],
      End: [last, column, -1],
    };
    if (event.key in moves) {
      this.focus(...moves[event.key]);
      return true;
    }
    if (event.key === "Delete" || event.key === "Backspace") {
      this.clear(row);
      return true;
    }
    return false;
  }
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const view = new GridView(model, root);
    return () => view.leave();
  },
};
