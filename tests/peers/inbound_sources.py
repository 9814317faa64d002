"""Writes, into the folder given, a list of sources for apt that offers Debian's source packages from
where this machine already takes its binary ones: the first suite of each entry, under the same key."""
import glob, re, sys

out = []
for name in sorted(glob.glob("/etc/apt/sources.list.d/*.sources")):
    for block in re.split(r"\n\s*\n", open(name, encoding="utf-8").read()):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not re.search(r"(?m)^Types:.*\bdeb\b", block) or not re.search(r"(?m)^Components:.*\bmain\b", block):
            continue
        # A suite with a hyphen holds only what changed since; another seller has another key.
        suites = re.search(r"(?m)^Suites:\s*(\S+)", block)
        if "debian-archive" not in block or suites is None or "-" in suites.group(1):
            continue
        lines = [re.sub(r"^Types:.*", "Types: deb-src", line) for line in lines]
        out.append("\n".join(re.sub(r"^Suites:.*", f"Suites: {suites.group(1)}", line) for line in lines))
try:
    for line in open("/etc/apt/sources.list", encoding="utf-8"):
        found = re.match(r"deb\s+(\[[^]]*\]\s+)?(\S*debian\S*)\s+(\w+)\s+.*\bmain\b", line)
        if found:
            key = re.search(r"signed-by=([^\]\s]+)", found.group(1) or "")
            signed = f"\nSigned-By: {key.group(1)}" if key else ""
            out.append(f"Types: deb-src\nURIs: {found.group(2)}\nSuites: {found.group(3)}\nComponents: main{signed}")
except FileNotFoundError:
    pass
if not out:
    sys.exit("apt on this machine has no entry for Debian's packages")
with open(sys.argv[1] + "/debian.sources", "w", encoding="utf-8") as file:
    file.write("\n\n".join(out) + "\n")
