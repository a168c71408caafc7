//! setup.py: calls anywhere, versions that are read from files, folders of packages.

use std::cell::Cell;

use super::*;

const INIT: (&str, &str) = ("pkg/__init__.py", "__version__ = '1.2.3'\n");

/// A setup.py and the files beside it lead to exactly these places.
#[track_caller]
fn script(text: &str, files: &[(&str, &str)], expected: &[&str]) {
    let all: Vec<_> = std::iter::once(("setup.py", text)).chain(files.iter().copied()).collect();
    assert_eq!(sites(&all), expected, "{text}");
}

#[test]
fn a_setup_call_counts_wherever_it_is() {
    let own = "pkg/__init__.py __version__ 1.2.3 (package)";
    let variable = "setup.py VERSION 1.2.3 (setup.py)";
    for text in [
        "VERSION = '1.2.3'\ndef run(kw):\n    setup(name='pkg', version=VERSION, **kw)\nrun({})\n",
        "VERSION = '1.2.3'\ntry:\n    setup(name='pkg', version=VERSION, ext=e)\n\
         except E:\n    setup(name='pkg', version=VERSION)\n",
        "VERSION = '1.2.3'\ndef f():\n    kw = dict(\n        name='pkg',\n        version=VERSION)\n    \
         kw.update(x=1)\n    setup(**kw)\n",
        "NAME = 'pkg'\nVERSION = v = '1.2.3'\nsetup(name=NAME)\nsetup(version=v)\n",
    ] {
        let key =
            if text.contains("=v)") { variable.replace("VERSION", "v") } else { variable.into() };
        script(text, &[INIT], &[&key, own]);
    }
    let other = "kw = dict(name='pkg', version='9')\nno = dict(version='8')\nsetup(**other)\n";
    expect_refusal(&[("setup.py", other), INIT], "no version anywhere", None);
    let literal = "if x:\n    dist = setup(name='pkg', version='1.2.3')\n";
    script(literal, &[INIT], &["setup.py setup(version) 1.2.3 (manifest)", own]);
}

#[test]
fn calls_that_lead_to_several_places_are_refused() {
    let what = "setup.py gives setup() its version in several ways";
    let two = "if x:\n  setup(version='1.2.3')\nelse:\n  setup(version='1.2.3')\n";
    expect_refusal(&[("setup.py", two)], what, Some("setup.py:2:18"));
    assert_eq!(refusal(&[("setup.py", two)]).why[0], "They are at setup.py:2:18, setup.py:4:18.");
    let mixed = "V = '1.2.3'\ndef f():\n  setup(version=V)\nsetup(version=get())\n";
    expect_refusal(&[("setup.py", mixed)], what, Some("setup.py:3:17"));
    let files = [PROJECT, ("setup.py", two)];
    expect(&files, &["pyproject.toml project.version 1.2.3 (manifest)"]);
    let note = "setup.py:2 is not the only version setup() is given: left alone";
    assert_eq!(project(&files).notes[0].to_string(), note);
}

#[test]
fn a_version_that_is_read_from_a_file_is_found_there() {
    let init = "pkg/__init__.py __version__ 1.2.3 (setup.py)";
    for text in [
        "version = find_version('pkg', '__init__.py')\nsetup(name='other', version=version)",
        "exec(open('./pkg/__init__.py').read())\nsetup(version=__version__)",
        "setup(version=read(here + '/pkg/__init__.py'))",
        "def get():\n    with open(os.path.join(here, 'pkg', '__init__.py'), 'r') as f:\n        \
         return re.search(r'x', f.read())\nsetup(version=get())",
        "version = ''\nwith open(ROOT / 'pkg' / '__init__.py') as f:\n    \
         version = re.search('__version__', f.read())\nsetup(version=version)",
        "import pkg\nsetup(name='other', version=pkg.__version__)",
        "about = {}\nexec(read('pkg/__init__.py', 'utf-8'), about)\n\
         setup(version=about['__version__'], scripts=['tools/no_version.py', 'gone.py'])",
        // What is close to the version outranks the rest of the script.
        "V = read('pkg/__init__.py')\nsetup(version=V, scripts=['tools/run.py'])",
    ] {
        let tools = [
            ("tools/run.py", "__version__ = '9'\n"),
            ("tools/no_version.py", "__version__ = f()\n"),
        ];
        script(text, &[INIT, tools[0], tools[1]], &[init]);
    }
    let about = ("src/pkg/__about__.py", "VERSION = __version__ = '1.2.3'\n");
    let text = "setup(version=read(os.path.join(here, 'src', 'pkg', '__about__.py')))";
    script(text, &[about], &["src/pkg/__about__.py __version__ 1.2.3 (setup.py)"]);
    let init = ("pkg/__init__.py", "from .v import version as __version__");
    let text = "setup(version=read('pkg/__init__.py'), x='pkg/v.py')";
    let v = ("pkg/v.py", "version = '1.2.3'\n");
    script(text, &[init, v], &["pkg/v.py version 1.2.3 (setup.py)"]);
    for name in ["VERSION", "pkg/version.txt"] {
        let text = format!("setup(version=open('{name}').read().strip())");
        script(&text, &[(name, "1.2.3\n")], &[&format!("{name} the whole file 1.2.3 (setup.py)")]);
    }
}

/// Counts what is looked up.
struct Counted(Memory, Cell<usize>);

impl Tree for Counted {
    fn read(&self, path: &RepoPath) -> Result<Option<File>, Refusal> {
        self.1.set(self.1.get() + 1);
        self.0.read(path)
    }

    fn folders(&self, pattern: &Glob) -> Result<Vec<RepoPath>, Refusal> {
        self.0.folders(pattern)
    }

    fn files(&self, patterns: &[Glob]) -> Result<Vec<RepoPath>, Refusal> {
        self.0.files(patterns)
    }
}

#[test]
fn a_long_list_of_files_is_looked_up_in_linear_time() {
    let looked_up = |number: usize| {
        let names: Vec<String> = (0..number).map(|n| format!("'m{n}.py'")).collect();
        let text = format!("x = [{}]\nsetup(name='pkg', version=get())\n", names.join(", "));
        let tree = Counted(Memory::new(&[("setup.py", &text), INIT]), Cell::new(0));
        let found = Projects::new(&tree).unwrap().top().unwrap().unwrap();
        assert_eq!(found.sites[0].path.as_str(), INIT.0);
        tree.1.get()
    };
    let (once, twice) = (looked_up(1000), looked_up(2000));
    assert_eq!(twice - once, 8 * 1000);
}

#[test]
fn a_computed_version_without_a_file_is_the_packages_or_refused() {
    let text = "setup(name='pkg', version=get('setup.py', '../x.py', 'unknown.py'))";
    script(text, &[INIT], &["pkg/__init__.py __version__ 1.2.3 (package)"]);
    let what = "setup.py computes its version";
    for (text, place) in [
        (text, "setup.py:1:27"),
        ("\"\"\"Get the version.\"\"\"\nsetup(\n  version=version)\n", "setup.py:3:11"),
        (
            "\"\"\"version\"\"\"\ndef f():\n  version = g()\n  setup(version=version)\n",
            "setup.py:3:13",
        ),
        ("version = ''\nsetup(version=version)\n", "setup.py:1:11"),
    ] {
        expect_refusal(&[("setup.py", text)], what, Some(place));
    }
    let generated = ("pkg/v.py", "# file generated by setuptools-scm\nversion = '1'\n");
    let text = "setup(version=read('pkg/v.py'))";
    expect_refusal(&[("setup.py", text), generated], what, Some("setup.py:1:15"));
}

#[test]
fn several_files_to_read_from_are_named() {
    let text = "setup(version=get(), x=['pkg/__init__.py', 'tools/run.py'])";
    let files = [("setup.py", text), INIT, ("tools/run.py", "version = '9'")];
    let what = "setup.py may read its version from several files";
    expect_refusal(&files, what, Some("setup.py:1:15"));
    assert_eq!(refusal(&files).why[0], "It names pkg/__init__.py (1.2.3), tools/run.py (9).");
}

#[test]
fn package_folders_are_read_from_setup_py_or_found() {
    let attr =
        format!("{DYNAMIC}[tool.setuptools.dynamic]\nversion = {{attr = \"Lib.__version__\"}}\n");
    let toml = ("pyproject.toml", attr.as_str());
    let own = ("code/Lib/__init__.py", "from Lib.v import __version__\n");
    let version = ("code/Lib/v.py", "__version__ = '1.2.3'\n");
    let other = ("other/Lib.py", "__version__ = '9'\n");
    let expected = ["code/Lib/v.py __version__ 1.2.3 (setuptools attr)"];
    let setup = ("setup.py", "setup(package_dir={\"\": \"code\"})");
    expect(&[toml, setup, own, version, other], &expected);
    expect(&[toml, own, version], &expected);
    let what = "tool.setuptools.dynamic.version.attr in pyproject.toml points to Lib.__version__";
    expect_refusal(&[toml, own, version, other], what, Some("pyproject.toml:5:20"));
    let computed = ("code/Lib/__init__.py", "info = (1, 2)\n__version__: str = '.'.join(info)\n");
    expect_refusal(&[toml, computed], what, Some("pyproject.toml:5:20"));
    let why = "At code/Lib/__init__.py:2:20 it is no plain string at the top level.";
    assert_eq!(refusal(&[toml, computed]).why[0], why);
}

#[test]
fn another_value_beside_the_attribute_is_left_alone() {
    let attr = format!("{DYNAMIC}[tool.setuptools.dynamic]\nversion.attr = 'pkg.VERSION_STRING'\n");
    let toml = ("pyproject.toml", attr.as_str());
    let init = "VERSION = (1, 2, 4)\nVERSION_STRING = '1.2.4'\nversion_info = (2, 2)\n__version__ = '2.2.8'\n";
    let files = [toml, ("pkg/__init__.py", init)];
    assert_eq!(sites(&files)[0], "pkg/__init__.py VERSION_STRING 1.2.4 (setuptools attr)");
    assert_eq!(
        sites(&files)[1..],
        ["1", "2", "4"].map(|n| format!("pkg/__init__.py VERSION {n} (package)"))
    );
    let notes: Vec<String> = project(&files).notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "pkg/__init__.py:4 __version__ is 2.2.8, not the project's 1.2.4: left alone",
            "pkg/__init__.py:3 version_info is 2.2, not the project's 1.2.4: left alone",
        ]
    );
    let agreeing = init.replace("2.2.8", "1.2.4");
    // Beside one that agrees, the numbers were forgotten.
    assert_eq!(sites(&[toml, ("pkg/__init__.py", agreeing.as_str())]).len(), 2 + 3 + 2);
    // In another file it is drift.
    let files = [toml, ("pkg/__init__.py", init), ("pkg/__about__.py", "__version__ = '1.2.0'")];
    assert_eq!(sites(&files).len(), 2 + 3);
}

#[test]
fn packages_listed_by_name_are_looked_into() {
    let files = [
        ("lib/yaml/__init__.py", "__version__ = '1.2.3'\n"),
        ("lib/yaml/sub/__init__.py", "__version__ = '9'\n"),
        ("lib/other/__init__.py", "__version__ = '9'\n"),
    ];
    let own = "lib/yaml/__init__.py __version__ 1.2.3 (package)";
    for packages in ["['yaml', '_yaml', 'yaml.sub']", "('yaml', )"] {
        let text = format!(
            "setup(name='Py', version='1.2.3', package_dir={{'': 'lib'}}, packages={packages})"
        );
        script(&text, &files, &["setup.py setup(version) 1.2.3 (manifest)", own]);
    }
    let found = "setup(name='Py', version='1.2.3', package_dir={'': 'lib'}, packages=find('yaml'))";
    script(found, &files, &["setup.py setup(version) 1.2.3 (manifest)"]);
    let cfg = "[metadata]\nname = Py\nversion = 1.2.3\n[options]\npackage_dir =\n    = lib\n\
               packages =\n    yaml\n    _yaml\n";
    let all = [&[("setup.cfg", cfg)], &files[..]].concat();
    expect(&all, &["setup.cfg metadata.version 1.2.3 (manifest)", own]);
}

#[test]
fn a_version_in_setup_cfg_outranks_setuptools_scm() {
    let scm = ("pyproject.toml", "[tool.setuptools_scm]\n");
    let cfg = |version: &str| format!("[metadata]\nname = pkg\n{version}");
    expect(
        &[scm, ("setup.cfg", &cfg("version = 1.2.3\n"))],
        &["setup.cfg metadata.version 1.2.3 (manifest)"],
    );
    assert_eq!(project(&[scm, ("setup.cfg", &cfg(""))]).vcs.as_deref(), Some("setuptools-scm"));
}
