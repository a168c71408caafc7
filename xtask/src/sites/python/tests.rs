use super::*;
use crate::sites::tests::check;
use crate::sites::tests::{file, source};
use crate::sites::{Format, splice};

fn assigned(text: impl AsRef<[u8]>, name: &str) -> Result<Option<(String, String)>, Refusal> {
    let file = file("x.py", text);
    let found = Module::parse(source(&file))?.assigned(name)?;
    Ok(found.map(|f| (String::from_utf8_lossy(&file.bytes[f.range]).into_owned(), f.value)))
}

#[test]
fn assignments_at_the_top_level_are_found() {
    for text in [
        "__version__ = \"1.2.3\"\n",
        "__version__='1.2.3'",
        "\u{feff}__version__ = '1.2.3'\r\n",
        "#!/usr/bin/env python\r\"\"\"doc\"\"\"\r__version__ = '1.2.3'\r",
        "__version__ = \"\"\"1.2.3\"\"\"\n",
        "__version__ = '''1.2.3'''",
        "__version__ = u'1.2.3'",
        "__version__ = R\"1.2.3\"",
        "__version__: Final[str] = '1.2.3'\n",
        "__version__ : \"Final[str]\"='1.2.3'\n",
        "__version__ = version = \"1.2.3\"",
        "a.b = version[0] = __version__ = \"1.2.3\"",
        "__version__ = (\"1.2.3\")",
        "__version__ = ((\n  # why\n  \"1.2.3\"\n))",
        "__version__ = \\\n    \"1.2.3\"",
        "__version__ = \\\r\n    \"1.2.3\"",
        "a = 1; __version__ = \"1.2.3\"  # not '9.9.9'",
        "\x0c__version__\t=\t'1.2.3'",
        "'''\n__version__ = '9'\n'''\n__version__ = '1.2.3'",
        "x = f\"\"\"{\n'__version__'}\n__version__ = '9'\"\"\"\n__version__ = '1.2.3'",
        "x = f'{a['b']:{w}}' f\"{x!r:>{y}}{{}}\"\n__version__ = '1.2.3'",
        "x = rf'\\{a}\\'' + f'\\N{DASH}\\{a}'\n__version__ = '1.2.3'",
        "if x:\n  __version__ = '9'\nelse: y = 1; __version__ = '8'\n__version__ = '1.2.3'",
        "try:\n\t__version__ = '9'\nexcept E:\n\tpass\n\n__version__ = '1.2.3'",
        "class A:\n    __version__ = '9'\n\ndef f(__version__='8'):\n    pass\n__version__ = '1.2.3'",
        "__version__ = get()\n__version__ = '1.2.3'",
        "x = {\n'__version__': '9',\n}\nx['__version__'] = '8'\n__version__ = '1.2.3'",
        "f(\n__version__ = '9')\nx.__version__ = '8'\n__version__ = '1.2.3'",
        "x = `1`; y = 0777L; print 'a'\n__version__ = '1.2.3'",
        "x: str\nd = 1.e-3 if 1e+5else .5\n__version__ = '1.2.3'",
    ] {
        let found = assigned(text, "__version__").unwrap_or_else(|r| panic!("{text:?}: {r:?}"));
        let found = found.unwrap_or_else(|| panic!("{text:?}"));
        assert_eq!(found, ("1.2.3".to_owned(), "1.2.3".to_owned()), "{text:?}");
    }
}

#[test]
fn everything_else_is_not_an_assignment_of_a_literal() {
    for text in [
        "",
        "# __version__ = '1.2.3'",
        "'__version__ = \"1.2.3\"'",
        "__version__ = f'1.2.3'",
        "__version__ = b'1.2.3'",
        "__version__ = Rb'1.2.3'",
        "__version__ = '1.2' '.3'",
        "__version__ = '1.2' + '.3'",
        "__version__ = ('1.2.3',)",
        "__version__ = '1.2.3',",
        "__version__ = '1.2.3'.strip()",
        "__version__ += '1.2.3'",
        "__version__ == '1.2.3'",
        "(__version__ := '1.2.3')",
        "__version__ = '1.2.3' if x else '2'",
        "__version__ = '\\N{DIGIT ONE}'",
        "__version__\n= '1.2.3'",
        " __version__ = '1.2.3'",
        "if x: __version__ = '1.2.3'",
        "if x: pass; __version__ = '1.2.3'",
        "with x:\n  __version__ = '1.2.3'",
        "__version__, x = '1.2.3', 1",
        "x = '\\\n__version__ = \"1.2.3\"'",
        "__version__2 = '1.2.3'",
    ] {
        assert_eq!(assigned(text, "__version__").unwrap(), None, "{text:?}");
    }
}

#[test]
fn what_is_added_later_counts_as_a_second_assignment() {
    for (text, line) in [
        ("__version__ = '1.2.0'\n__version__ += '.dev0'\n", 2),
        ("__version__ = '1.2.0'; x = 1; __version__ *= 2", 1),
        ("__version__: str = '1.2.0'\nx += 1\n\n__version__ \\\n  //= 2", 4),
        ("__version__ += x\n__version__ = '1.2.0'\n", 1),
    ] {
        let refused = assigned(text, "__version__").unwrap_err();
        assert_eq!(refused.what, "__version__ is assigned twice in x.py", "{text:?}");
        assert!(refused.why[0].starts_with("The other assignment is at x.py:"), "{refused:?}");
        assert_eq!(refused.place.as_ref().unwrap().line, line, "{text:?}");
    }
    for text in [
        "__version__ = '1.2.0'\nif x:\n    __version__ += '.dev0'\n",
        "__version__ = '1.2.0'\n__version__ == y; __version__ >= y\nx.__version__ += 'a'\n",
        "__version__ = '1.2.0'\n__version__.x += 1\n__version__[0] += 1\nx += 1\n",
    ] {
        assert!(assigned(text, "__version__").unwrap().is_some(), "{text:?}");
    }
}

#[test]
fn escapes_are_resolved_and_their_bytes_known() {
    for (literal, raw, value) in [
        (r#""1.2\x2e3""#, r"1.2\x2e3", "1.2.3"),
        (r#""1.2\0563""#, r"1.2\0563", "1.2.3"),
        (r#""1.2\u002e3""#, r"1.2\u002e3", "1.2.3"),
        (r#""1\U0000002e2""#, r"1\U0000002e2", "1.2"),
        ("'1.\\\r\n2'", "1.\\\r\n2", "1.2"),
        (r#"r"1\.2""#, r"1\.2", r"1\.2"),
        (r"'1\'2'", r"1\'2", "1'2"),
        (r"'1\q2'", r"1\q2", r"1\q2"),
    ] {
        let found = assigned(format!("v = {literal}\n"), "v").unwrap().unwrap();
        assert_eq!(found, (raw.to_owned(), value.to_owned()), "{literal}");
    }
}

#[test]
fn what_cannot_be_decided_is_refused_with_its_place() {
    let refusal = assigned("__version__ = '1'\n\n__version__ = '2'\n", "__version__").unwrap_err();
    assert_eq!(refusal.place.clone().map(|p| (p.line, p.column)), Some((3, 16)));
    assert!(refusal.why[0].contains("x.py:1:16"), "{:?}", refusal.why);
    for (text, line) in [
        ("a = 1\nb = 'x\n", 2),
        ("a = 1\nb = '''x\n", 2),
        ("a = (1\n\n", 1),
        ("a = 1\n)", 2),
        ("f'{a'", 1),
    ] {
        assert_eq!(assigned(text, "b").unwrap_err().place.clone().unwrap().line, line, "{text:?}");
    }
}

#[test]
fn encodings_follow_pep_263() {
    let latin: &[u8] = b"# -*- coding: latin-1 -*-\nname = 'Fran\xe7ois'\n__version__ = '1.2.3'\n";
    assert!(assigned(latin, "__version__").unwrap().is_some());
    let second: &[u8] = b"#!/usr/bin/python\r\n# vim: set fileencoding=ISO_8859-15 :\r\nx='\xe9'\r\n__version__ = '1'";
    assert!(assigned(second, "__version__").unwrap().is_some());
    let late: &[u8] = b"import x\n# coding: latin-1\nx = '\xe9'\n";
    assert_eq!(assigned(late, "x").unwrap_err().place.clone().unwrap().line, 3);
    let japanese: &[u8] = b"# coding: shift_jis\nx = '\x83\x5c'\n";
    assert!(assigned(japanese, "x").unwrap_err().what.contains("shift-jis"));
    assert!(assigned("# coding: shift_jis\nx = '1'\n", "x").unwrap().is_some());
    assert!(assigned("# coding: utf-8\nx = '\u{e9}'\n", "x").unwrap().is_some());
}

#[test]
fn setup_calls_are_read() {
    let argument = |text: &str, key: &str| {
        let file = file("setup.py", text);
        Module::parse(source(&file)).unwrap().setup_argument(key)
    };
    let literal = |text: &str| match argument(text, "version") {
        Some(Argument::Literal(found)) => Some((text[found.range].to_owned(), found.value)),
        _ => None,
    };
    for text in [
        "from setuptools import setup\nsetup(name='x', version='1.2.3', packages=[])\n",
        "import setuptools\nsetuptools.setup(\r\n    name='x',\r\n    version = \"1.2.3\",\r\n)\r\n",
        "if __name__ == '__main__':\n    import x\n    setup(version='1.2.3')\n",
        "if __name__ == \"__main__\": setup(version='1.2.3')",
        "setup(x=dict(version='9'), y=[f(version='8')], version=('1.2.3'), **kw)",
        "def f(kw):\n    x = 1\n    if x:\n        setup(\n  version='1.2.3', **kw)\n",
        "try: dist = distutils.core.setup(version='1.2.3')\nexcept E: pass",
        "setup(name='x')\nsetup(version='1.2.3'); f()",
        "def setup(version='9'): return setuptools.setup(version='1.2.3')",
    ] {
        assert_eq!(literal(text), Some(("1.2.3".to_owned(), "1.2.3".to_owned())), "{text:?}");
    }
    for text in [
        "setup(x=dict(version='9'))",
        "def setup(version='1.2.3'): pass",
        "x.setup(version='1.2.3')",
        "x.setuptools.setup(version='1.2.3')",
        "my_setup(version='1.2.3')",
        "# setup(version='1.2.3')\nx = 'setup(version=\"1.2.3\")'",
        "setup(version='1.2' '.3')",
        "setup()",
        "setup",
    ] {
        assert_eq!(literal(text), None, "{text:?}");
    }
    assert_eq!(
        argument("setup(version=VERSION)", "version"),
        Some(Argument::Name("VERSION".into(), 14))
    );
    assert!(argument("setup(pbr=True)", "pbr").unwrap().is_true());
    let call = argument("setup(version=versioneer.get_version())", "version");
    assert_eq!(call, Some(Argument::Expression("versioneer.get_version()".into(), 14)));
}

#[test]
fn what_setup_calls_are_given_is_read() {
    let text = "here = f(__file__)\nversion = find('a', 'b.py')\nif x:\n    version = read('c.py')\n\
                setup(version=version, package_dir={'': 'lib', \"p.q\": 'r', x: 'y'})\n\
                try:\n    setup(version=g(here, '/d.py'))\nexcept E: open(here / 'e' / 'f.py', 'r')";
    let file = file("setup.py", text);
    let module = Module::parse(source(&file)).unwrap();
    let places: Vec<usize> = module.setup_arguments("version").iter().map(Argument::at).collect();
    assert_eq!(places, [text.find("version, p").unwrap(), text.find("g(").unwrap()]);
    assert_eq!(module.first_value("version"), text.find("find"));
    assert_eq!(module.first_value("other"), None);
    let pairs = module.setup_pairs("package_dir");
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(pairs, [("", "lib"), ("p.q", "r")]);
    let near = module.strings_behind("version");
    assert_eq!(near, [vec!["/d.py"], vec!["a", "b.py"], vec!["c.py"]]);
    let all = module.strings();
    assert_eq!(all.last().unwrap(), &["e", "f.py", "r"]);
    assert!(all.contains(&vec!["a".to_owned(), "b.py".to_owned()]));
}

#[test]
fn imports_and_numbers_are_reported() {
    let import = |text: &str| {
        let file = file("x.py", text);
        Module::parse(source(&file)).unwrap().import_of("__version__")
    };
    let expected = |level, module: &str, name: &str| {
        Some(Import { level, module: module.to_owned(), name: name.to_owned() })
    };
    assert_eq!(import("from ._version import __version__"), expected(1, "_version", "__version__"));
    assert_eq!(
        import("from pkg.v import (\n  a, # b\n  VERSION as __version__,\n)"),
        expected(0, "pkg.v", "VERSION")
    );
    assert_eq!(import("from . import __version__"), expected(1, "", "__version__"));
    assert_eq!(import("from ...a import x, __version__"), expected(3, "a", "__version__"));
    assert_eq!(import("try:\n  from .a import __version__\nexcept E: pass"), None);
    assert_eq!(import("from .a import __version__ as v\nimport __version__"), None);
}

#[test]
fn generated_files_are_recognised() {
    for (text, tool) in [
        (
            "# file generated by setuptools-scm\n# don't change, don't track in version control\n",
            "setuptools-scm",
        ),
        (
            "# coding: utf-8\n# file generated by setuptools_scm\n__version__ = version = '1.2.3'\n",
            "setuptools-scm",
        ),
        ("# file generated by vcs-versioning\n", "vcs-versioning"),
        ("\n# This file was generated by 'versioneer.py' (0.29) from\n", "versioneer"),
        (
            "# This file helps to compute a version number in source trees obtained from\n# git-archive tarball",
            "versioneer",
        ),
        (
            "# directories (produced by setup.py build) will contain a much shorter file\n# that just contains the computed version number.\n\n# This file is released into the public domain.\n# Generated by versioneer-0.29\n",
            "versioneer",
        ),
        (
            "# These version placeholders will be replaced later during substitution.\n__version__ = '0.0.0'",
            "poetry-dynamic-versioning",
        ),
        ("# Do not track in version control\r\n", "another tool"),
    ] {
        assert_eq!(generated_by(text.as_bytes()).as_deref(), Some(tool), "{text:?}");
    }
    for text in
        ["", "# docs generated by sphinx\n__version__ = '1'", "x = '# file generated by me'\n"]
    {
        assert_eq!(generated_by(text.as_bytes()), None, "{text:?}");
    }
}

#[test]
fn versions_in_pieces_are_read_as_far_as_they_are_understood() {
    for (text, expected, odd) in [
        ("__version_info__ = (1, 2, 3)\n", vec!["__version_info__ 1.2.3"], vec![]),
        ("VERSION = (4, 2, 0, \"final\", 0)\n", vec!["VERSION 4.2.0"], vec![]),
        ("VERSION = (4, 2, 0, 'alpha', 1,)\n", vec!["VERSION 4.2.0a1"], vec![]),
        ("version_info = (3, 20, '0')\n", vec!["version_info 3.20.0"], vec![]),
        ("version_info: tuple = [\n  1, # major\n  2,\n]\n", vec!["version_info 1.2"], vec![]),
        ("VERSION = 1, 2, 3, 'rc', 4\n", vec!["VERSION 1.2.3rc4"], vec![]),
        ("a = VERSION = (1, 2)\n", vec!["VERSION 1.2"], vec![]),
        ("MAJOR = 1; MINOR = 2\nPATCH = '3'\n", vec!["MAJOR, MINOR, PATCH 1.2.3"], vec![]),
        (
            "MICRO = 3\nMINOR = 2\nMAJOR = 1\n__version_minor__ = 5\n__version_major__ = 4\n",
            vec!["MAJOR, MINOR, MICRO 1.2.3", "__version_major__, __version_minor__ 4.5"],
            vec![],
        ),
        ("VERSION_MAJOR = 1\nMINOR = 2\n", vec![], vec!["MINOR", "VERSION_MAJOR"]),
        (
            "MAJOR = 1\nMINOR = 2\nPATCH = 3\nMICRO = 3\n",
            vec![],
            vec!["MAJOR", "MINOR", "PATCH", "MICRO"],
        ),
        ("VERSION = (1, 2)\nVERSION = (1, 3)\n", vec![], vec!["VERSION", "VERSION"]),
        ("version_info = (3, 20, '0b1')\n", vec![], vec!["version_info"]),
        ("VERSION = (1, 2, 3, 'dev', 0)\n", vec![], vec!["VERSION"]),
        ("VERSION = (1, 2, 'rc', 'rc')\n", vec![], vec!["VERSION"]),
        ("VERSION = (1, 2, 'rc', 1, 2)\n", vec![], vec!["VERSION"]),
        ("VERSION = (1, 2.0, 3)\nversion_info = (1,)\n", vec![], vec!["VERSION", "version_info"]),
        (
            "VERSION = (1, 02)\nversion_info = ((1, 2), (3, 4))\n",
            vec![],
            vec!["VERSION", "version_info"],
        ),
        (
            "VERSION = (1, 'a' 'b')\nversion_info = (1, (2))\n",
            vec![],
            vec!["VERSION", "version_info"],
        ),
        ("VERSION = f(1, 2)\nMAJOR = x\nversion = '1.2'\nVERSIONS = (1, 2)\n", vec![], vec![]),
        ("if x:\n  VERSION = (1, 2)\nx.VERSION = (1, 2)\nVERSION += (1, 2)\n", vec![], vec![]),
    ] {
        let file = file("x.py", text);
        let (groups, others) = Module::parse(source(&file)).unwrap().pieces();
        let said = groups.iter().map(|group| format!("{} {}", group.name, group.group().version()));
        assert_eq!(said.collect::<Vec<_>>(), expected, "{text:?}");
        let names: Vec<&str> = others.iter().map(|odd| odd.name.as_str()).collect();
        assert_eq!(names, odd, "{text:?}");
        for (_, _, found) in groups.iter().flat_map(|group| &group.items) {
            assert_eq!(text[found.range.clone()], found.value);
        }
    }
}

#[test]
fn a_number_stays_a_number() {
    let old = "VERSION = (1, 2, '3')\n";
    let verdict = |range: std::ops::Range<usize>, new: &str| {
        let edits = [(range, new)];
        let after = splice(old.as_bytes(), &edits).unwrap();
        check(&file("x.py", old).path, Format::Python, old.as_bytes(), &after, &edits)
    };
    for new in ["3", "30", "0"] {
        verdict(14..15, new).unwrap();
        verdict(18..19, new).unwrap();
    }
    for new in ["", "x", "'3'", "3, 4", "3 ", "1.5", "0x1", "-1", "(3)"] {
        assert!(verdict(14..15, new).is_err(), "{new:?}");
    }
}
