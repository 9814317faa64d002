"""Reads the reply cases out of talon's own tests, without running talon: each call of
extract_from_plain or extract_from_html is recorded with the text it is compared to."""
import ast, email, json, os, re, sys, types

root = sys.argv[1]
os.chdir(root)
cases = []
class Extract:
    def __init__(self, kind, text): self.kind, self.text = kind, text
    def __contains__(self, _): return True
def flatten(value):
    return value
def record(expected, got, *_):
    if isinstance(got, Extract) and isinstance(expected, str):
        cases.append((current, got.kind, got.text, expected))
quotations = types.SimpleNamespace(
    extract_from_plain=lambda text: Extract("plain", text),
    extract_from_html=lambda text: Extract("html", text))
current = ""
class Sub:
    def __getattr__(self, name): return getattr(re, name)
    @staticmethod
    def compile(pattern, *flags):
        real = re.compile(pattern, *flags)
        class P:
            def sub(self, by, text): return text if isinstance(text, Extract) else real.sub(by, text)
            def __getattr__(self, name): return getattr(real, name)
        return P()
for name in ["text_quotations_test.py", "html_quotations_test.py"]:
    tree = ast.parse(open("tests/" + name, encoding="utf-8").read())
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    space = {"quotations": quotations, "u": types.SimpleNamespace(html_to_text=lambda text: text.decode() if isinstance(text, bytes) else text), "re": Sub(), "os": os, "email": email,
             "eq_": record, "ok_": lambda *_: None, "patch": types.SimpleNamespace(object=lambda *a, **k: (lambda f: f)),
             "six": types.SimpleNamespace(moves=None, text_type=str, u=str, StringIO=__import__("io").StringIO), "StringIO": __import__("io").StringIO,
             "assert_false": lambda *_: None, "Mock": lambda *a, **k: None, "STANDARD_REPLIES": "tests/fixtures/standard_replies", "range": range,
             "OLK_SRC_BODY_SECTION": open("tests/fixtures/OLK_SRC_BODY_SECTION.html").read(),
             "REPLY_SEPARATED_BY_HR": open("tests/fixtures/reply-separated-by-hr.html").read(),
             "REPLY_QUOTATIONS_SHARE_BLOCK": open("tests/fixtures/reply-quotations-share-block.eml").read()}
    import email.iterators
    exec(compile(tree, name, "exec"), space)
    for key, test in list(space.items()):
        if key.startswith("test_") and callable(test):
            current = name[:4] + ":" + key
            try:
                steps = test()
                if hasattr(steps, "__iter__"):
                    for step in steps:
                        if callable(step): step()
                        elif isinstance(step, tuple): step[0](*step[1:])
            except Exception as error:
                print("skipped", current, type(error).__name__, error, file=sys.stderr)
seen, out = {}, []
for test, kind, text, expected in cases:
    no = seen[test] = seen.get(test, -1) + 1
    if isinstance(text, bytes): text = text.decode("utf-8", "replace")
    out.append({"name": f"{test}:{no}", "kind": kind, "text": text, "expected": expected})
json.dump(out, open(sys.argv[3] + "/replies.json", "w"), ensure_ascii=False, indent=0)

tree = ast.parse(open(sys.argv[2] + "/tests/test_detectors.py").read())
table = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "DETECTORS")
bounces = [{"name": name, "addresses": [one.decode().lower() for one in addresses], "temporary": temporary}
           for _, name, addresses, temporary in ast.literal_eval(table) if addresses]
json.dump(bounces, open(sys.argv[3] + "/bounces.json", "w"), indent=0)
