// A panel of ordinary HTML. Controls send their values together; the kernel rewrites the regions.

const PAUSE = 200; // ms without a key before the values are sent
const PATIENCE = 4000; // ms without an answer before saying that the kernel is busy or lost

class PageView {
  constructor(model, root) {
    this.model = model;
    this.root = root;
    this.seq = model.get("answered").seq;
    this.action = null;
    this.shown = new WeakMap(); // what each region shows, by its node: a region may hold others
    this.led = false; // whether somebody acted: only then may the focus move
    root.className = "kit-page";
    root.lang = "fr";
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", model.get("words").name);
    root.innerHTML = model.get("shell");
    this.notice = document.createElement("p");
    this.notice.setAttribute("role", "status");
    this.notice.className = "kit-notice";
    root.append(this.notice);
    this.listen();
    this.draw();
    const start = this.root.querySelector("[data-start]");
    if (start) this.send(start.dataset.start);
  }

  listen() {
    this.onRegions = () => this.draw();
    this.onAnswer = () => this.answered();
    this.model.on("change:regions", this.onRegions);
    this.model.on("change:answered", this.onAnswer);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("input", (event) => event.target.name && this.later());
    this.root.addEventListener("change", (event) => event.target.name && this.send());
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-action]");
      if (button) this.lead(button.dataset.action);
    });
  }

  leave() {
    this.model.off("change:regions", this.onRegions);
    this.model.off("change:answered", this.onAnswer);
    clearTimeout(this.pause);
    clearTimeout(this.lost);
  }

  draw() {
    const focus = this.focused();
    const known = new Set(this.leads().map((node) => node.dataset.lead));
    this.drawIn(this.root, this.model.get("regions"));
    const lead = this.leads().find((node) => !known.has(node.dataset.lead));
    if (lead && this.led) lead.focus(); // a new screen, or what was asked for: read from its heading
    else if (focus && !this.focused()) this.root.querySelector(focus)?.focus();
  }

  drawIn(root, regions) {
    for (const node of root.querySelectorAll("[data-region]")) {
      const html = regions[node.dataset.region] ?? "";
      if (!root.contains(node) || (this.shown.get(node) ?? "") === html) continue;
      this.shown.set(node, html);
      node.innerHTML = html; // written and escaped by the kernel's templates
      clearTimeout(this.lost); // the kernel is at work: it need not have answered yet
      this.drawIn(node, regions);
    }
  }

  leads() {
    return [...this.root.querySelectorAll("[data-lead]")];
  }

  focused() {
    // How to find again, once its region is rewritten, the control that has the keyboard.
    const node = this.root.getRootNode().activeElement;
    if (!node || !this.root.contains(node)) return null;
    const which = node.type === "radio" ? `[value="${CSS.escape(node.value)}"]` : "";
    for (const name of ["name", "data-action"]) {
      if (node.hasAttribute(name)) return `[${name}="${CSS.escape(node.getAttribute(name))}"]${which}`;
    }
    return null;
  }

  onKey(event) {
    event.stopPropagation(); // else the notebook takes the keys: « b » would insert a cell
    const field = event.target.closest("input[data-enter]");
    if (event.key === "Enter" && field) {
      event.preventDefault();
      this.lead(field.dataset.enter);
    }
  }

  values() {
    const values = {};
    for (const control of this.root.querySelectorAll("[name]")) {
      if (control.type === "radio" && !control.checked) continue;
      values[control.name] = control.type === "checkbox" ? control.checked : control.value;
    }
    return values;
  }

  lead(action) {
    this.led = true;
    this.send(action);
  }

  later() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.send(), PAUSE);
  }

  send(action = null) {
    clearTimeout(this.pause);
    this.seq = Math.max(this.seq, this.model.get("answered").seq) + 1;
    if (action) this.action = { seq: this.seq, name: action };
    this.model.set("input", { seq: this.seq, values: this.values(), action: this.action });
    this.model.save_changes();
    clearTimeout(this.lost);
    this.lost = setTimeout(() => this.say(this.model.get("words").lost), PATIENCE);
    this.root.setAttribute("aria-busy", "true");
  }

  answered() {
    if (this.model.get("answered").seq < this.seq) return;
    clearTimeout(this.lost);
    this.say("");
    this.root.removeAttribute("aria-busy");
  }

  say(text) {
    if (this.notice.textContent !== text) this.notice.textContent = text;
  }
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    const view = new PageView(model, root);
    return () => view.leave();
  },
};
