//! Real remotes: bare repositories with hooks, reached over a path, git:// or HTTP on loopback.
//! A server ends when its value is dropped.

mod http;
pub mod listener;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use super::{Place, State};
use listener::Listener;

/// A bare repository beside the work tree of a place.
pub struct Remote {
    /// Its hooks, configuration and refs, for [`Place::git`].
    pub place: Place,
    name: String,
}

/// The moment at which a server is killed, with what it was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dies {
    /// The objects have arrived, no ref has moved.
    BeforeApplied,
    /// The first transaction is done, nobody was told: of an atomic push all refs have moved, of
    /// another one the first ref.
    AfterApplied,
}

/// The project of [`Place::python`] with these texts as gonogo.toml and changelog, at a fixed time,
/// and a remote that has all of it.
pub fn python(name: &str, toml: &str, changelog: &str) -> (Place, Remote) {
    let place = Place::repository(name).with("SOURCE_DATE_EPOCH", "1767319445");
    place.python_files();
    place.put("CHANGELOG.md", changelog);
    place.put("gonogo.toml", toml);
    place.commit_all("start");
    place.git(&["tag", "-a", "-m", "1.2.0", "v1.2.0"]);
    let remote = Remote::origin(&place);
    (place, remote)
}

impl Remote {
    /// An empty one, `NAME.git`.
    pub fn empty(place: &Place, name: &str) -> Self {
        let name = format!("{name}.git");
        let bare = place.at(place.root.join(&name));
        place.at(&place.root).git(&["init", "-q", "--bare", "--template=", &name]);
        Self { place: bare, name }
    }

    /// What `place` knows as `origin`: with all its branches and tags, each branch tracked.
    pub fn origin(place: &Place) -> Self {
        let remote = Self::empty(place, "origin");
        place.git(&["remote", "add", "origin", remote.url()]);
        let all = ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"];
        place.git(&[&["push", "-q", "-u", "origin"], &all[..]].concat());
        remote
    }

    pub fn path(&self) -> &Path {
        &self.place.top
    }

    /// Its path, which is an address as well.
    pub fn url(&self) -> &str {
        self.path().to_str().expect("UTF-8")
    }

    /// Installs a hook, a shell script; whatever was there under this name goes.
    pub fn hook(&self, name: &str, body: &str) {
        self.place.script(&format!("hooks/{name}"), body);
    }

    /// Sets a key: `receive.denyDeletes`, `receive.denyNonFastForwards`, ...; with
    /// `receive.advertiseAtomic` false it is a server that knows no atomic pushes.
    pub fn config(&self, key: &str, value: &str) {
        self.place.git(&["config", key, value]);
    }

    /// Refuses every push that has this ref in it, in the words of GitHub.
    pub fn protect(&self, reference: &str) {
        self.hook(
            "pre-receive",
            &format!(
                "while read -r old new ref; do\n[ \"$ref\" = '{reference}' ] || continue\n\
                 echo \"error: GH013: Repository rule violations found for $ref.\" >&2\n\
                 echo >&2\necho '- Changes must be made through a pull request.' >&2\nexit 1\ndone"
            ),
        );
    }

    /// Refuses every push with a ref that is neither a branch nor a tag.
    pub fn only_branches_and_tags(&self) {
        self.hook(
            "pre-receive",
            "while read -r old new ref; do\ncase $ref in refs/heads/*|refs/tags/*) ;; *)\n\
             echo \"error: $ref is not allowed here\" >&2; exit 1 ;; esac\ndone",
        );
    }

    /// The next push, over whatever protocol, finds its server killed at this moment.
    pub fn die_once(&self, when: Dies) {
        let (hook, condition) = match when {
            Dies::BeforeApplied => ("pre-receive", "true"),
            Dies::AfterApplied => ("reference-transaction", "[ \"$1\" = committed ]"),
        };
        self.hook(hook, &format!("{condition} || exit 0\nrm -- \"$0\"\nkill -9 $PPID"));
    }

    /// All its refs, and the locks that somebody left behind.
    pub fn state(&self) -> State {
        State::of_bare(&self.place)
    }

    /// What a ref points to, if there is one.
    pub fn id(&self, reference: &str) -> Option<String> {
        let said = self.place.run("git", &["rev-parse", "-q", "--verify", reference]);
        (said.code == 0).then(|| said.out.trim().to_owned())
    }

    /// Serves it over git://, to anybody, pushes too.
    pub fn daemon(&self) -> Served {
        let home = self.place.at(&self.place.root);
        let listener = Listener::new(move |stream, open| {
            let mut daemon = home.command("git");
            daemon.args(["daemon", "--inetd", "--export-all", "--enable=receive-pack"]);
            daemon.args(["--informative-errors", "--log-destination=none"]);
            daemon.arg(format!("--base-path={}", home.top.display()));
            daemon.stdin(listener::socket(&stream)?).stdout(listener::socket(&stream)?);
            open.run(daemon.stderr(Stdio::null()), &[]).map(drop)
        });
        Served { listener, scheme: "git", name: self.name.clone() }
    }

    /// Serves it over smart HTTP, to anybody, pushes too.
    pub fn http(&self) -> Served {
        self.http_to(None)
    }

    /// Serves it over smart HTTP; a push needs these credentials, `user:password`.
    pub fn http_for(&self, credentials: &str) -> Served {
        self.http_to(Some(credentials))
    }

    fn http_to(&self, credentials: Option<&str>) -> Served {
        let site = http::Site::new(self.place.at(&self.place.root), credentials);
        let listener = Listener::new(move |stream, open| site.serve(&stream, open));
        Served { listener, scheme: "http", name: self.name.clone() }
    }
}

/// A remote behind a port of its own.
pub struct Served {
    listener: Listener,
    scheme: &'static str,
    name: String,
}

impl Served {
    pub fn url(&self) -> String {
        self.url_at(self.address())
    }

    /// With credentials in it, `user:password`.
    pub fn url_as(&self, credentials: &str) -> String {
        self.url().replace("://", &format!("://{credentials}@"))
    }

    /// The same remote at another address.
    pub fn url_at(&self, address: SocketAddr) -> String {
        format!("{}://{address}/{}", self.scheme, self.name)
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.address
    }
}
