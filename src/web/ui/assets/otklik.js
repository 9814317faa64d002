// Small comforts; every page works without them. No framework, nothing from elsewhere.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const say = (text) => { const said = $("#said"); if (said) said.textContent = text; };

  // Keys: / search, g t today, c write, j and k move, Enter open, ? help.
  let first = "";
  const rows = () => $$("tbody tr").filter((row) => $("a.open", row));
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("at"));
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    all.forEach((row) => row.classList.remove("at"));
    next.classList.add("at");
    $("a.open", next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const pair = first + event.key;
    first = event.key === "g" ? "g" : "";
    const act = {
      "/": () => { const find = $("[data-find]") || $("#find"); if (find) { find.focus(); find.select(); } },
      gt: () => location.assign("/"),
      c: () => location.assign("/compose"),
      j: () => move(1),
      k: () => move(-1),
      "?": () => $("#keys")?.showModal(),
    }[pair] || null;
    // A key of the marked row, or of the page: it presses the button that names it.
    const named = () => {
      const key = CSS.escape(event.key);
      return $(`tr.at [data-key="${key}"]`) || $(`[data-page-keys] [data-key="${key}"]`);
    };
    const press = act || (pair.length === 1 && named() && (() => named().click())) || null;
    if (press) { event.preventDefault(); press(); }
  });

  // The reader's clock.
  const clock = $("[data-clock]");
  if (clock) setInterval(() => {
    clock.textContent = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock }).format(new Date());
  }, 15000);

  // What is under way in the tab's title.
  const waiting = $("[data-waiting]");
  if (waiting && waiting.dataset.waiting !== "0") document.title = `(${waiting.dataset.waiting}) ${document.title}`;

  // Live parts: when something happened that this page shows, they are fetched anew.
  // The feed is open while the page is looked at: a browser keeps few connections to one place.
  const live = $("[data-live]");
  if ((live || $("[data-notices]")) && window.EventSource) {
    let due = 0, source = null;
    const refresh = async () => {
      due = 0;
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of $$("[data-part]")) {
        const next = $(`[data-part="${part.dataset.part}"]`, fresh);
        if (!next || next.isEqualNode(part)) continue;
        const known = new Set($$("[data-seq]", part).map((row) => row.dataset.seq));
        const news = $$("[data-seq]", next).filter((row) => !known.has(row.dataset.seq));
        news.forEach((row) => row.classList.add("fresh"));
        part.replaceWith(document.adoptNode(next));
        if (news.length) say(news[0].textContent.replace(/\s+/g, " ").trim());
      }
    };
    const soon = () => { if (!due) due = setTimeout(refresh, 150); };
    const heard = (event) => {
      const wanted = live.dataset.of;
      if (wanted && event.data && !event.data.includes(wanted)) return;
      soon();
    };
    const counted = (event) => {
      for (const badge of $$("[data-notices]")) {
        const news = badge.textContent !== event.data;
        badge.textContent = event.data;
        badge.hidden = event.data === "0";
        if (news && $("[data-told]")) soon();
      }
    };
    const listen = () => {
      source = new EventSource("/api/v1/events/live");
      if (live) {
        source.addEventListener("log", heard);
        // What happened between the page and the feed, or while the feed was cut off, was not heard.
        source.addEventListener("open", soon);
      }
      source.addEventListener("notices", counted);
    };
    const shut = () => { source?.close(); source = null; };
    if (!document.hidden) listen();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return shut();
      if (!source) listen();
    });
    addEventListener("pagehide", shut);
    // A page that shows how long somebody waits goes on by itself.
    if (live?.dataset.tick) setInterval(() => { if (!document.hidden) soon(); }, live.dataset.tick * 1000);
  }

  // Drafts: what is typed is saved a second after the last key.
  const draft = $("form[data-draft]");
  if (draft) {
    let timer = 0, changed = false;
    const save = async () => {
      timer = 0;
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(draft)) if (typeof value === "string") body.append(name, value);
      body.set("do", "save");
      try {
        const answer = await fetch(draft.dataset.draft, { method: "POST", body, keepalive: true });
        if (answer.ok) { changed = false; const note = $("[data-saved]"); if (note) note.textContent = note.dataset.saved; }
      } catch { timer = setTimeout(save, 5000); }
    };
    draft.addEventListener("input", () => { changed = true; clearTimeout(timer); timer = setTimeout(save, 1000); });
    draft.addEventListener("submit", () => { changed = false; clearTimeout(timer); });
    addEventListener("pagehide", () => { if (changed) save(); });
  }

  // Contacts to pick from while an address is typed.
  for (const input of $$("input[data-pick]")) {
    let list = null, at = -1, last = 0;
    const shut = () => { list?.remove(); list = null; at = -1; input.setAttribute("aria-expanded", "false"); };
    const take = (item) => {
      const parts = input.value.split(",");
      parts[parts.length - 1] = (parts.length > 1 ? " " : "") + item.dataset.value;
      input.value = parts.join(",");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      shut();
    };
    const mark = (step) => {
      const items = $$("li", list);
      at = (at + step + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    };
    input.addEventListener("input", async (event) => {
      const asked = input.value.split(",").pop().trim();
      const turn = ++last;
      if (!event.isTrusted || asked.length < 2) return shut();
      const answer = await fetch(`/contacts/pick?q=${encodeURIComponent(asked)}`).catch(() => null);
      if (!answer?.ok || turn !== last) return;
      const found = await answer.json();
      shut();
      if (!found.length) return;
      list = document.createElement("ul");
      list.setAttribute("role", "listbox");
      for (const { name, email } of found) {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.dataset.value = email;
        item.textContent = `${name} · ${email}`;
        item.addEventListener("mousedown", (down) => { down.preventDefault(); take(item); });
        list.append(item);
      }
      input.parentElement.append(list);
      input.setAttribute("aria-expanded", "true");
    });
    input.addEventListener("keydown", (event) => {
      if (!list) return;
      if (event.key === "ArrowDown") { event.preventDefault(); mark(1); }
      if (event.key === "ArrowUp") { event.preventDefault(); mark(-1); }
      if (event.key === "Enter" && at >= 0) { event.preventDefault(); take($$("li", list)[at]); }
      if (event.key === "Escape") shut();
    });
    input.addEventListener("blur", shut);
  }

  // Files go up one by one; the form is saved first, so that nothing typed is lost.
  for (const input of $$("input[data-files]")) {
    input.addEventListener("change", async () => {
      const form = $("#letter");
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
      body.set("do", "save");
      await fetch(form.action, { method: "POST", body });
      for (const file of input.files) {
        const answer = await fetch(`${input.dataset.files}?name=${encodeURIComponent(file.name)}`, {
          method: "POST", body: file,
          headers: { "x-form-token": $(`[name=${input.dataset.tokenFrom}]`, form).value, "content-type": file.type || "application/octet-stream" },
        });
        if (!answer.ok) { say(input.dataset.failed || ""); return; }
      }
      location.assign(form.action);
    });
  }

  // The first error is where the eye should be.
  $(".errors")?.focus();
})();
