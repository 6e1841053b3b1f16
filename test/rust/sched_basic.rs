//! sched_basic.rs - a test binary that speaks the Rust framework's protocol, for test/framework.bats
//!
//! An imitation: the framework's crate, and linkme, which it collects its tests with, are in no Debian package, and
//! the tests download nothing. So this is one file without crates, for Debian's rustc. It has what the tools see of a
//! real one: the tests as statics in linkme's two sections, the answers before main (a constructor), the list as
//! cargo nextest asks for it, and a .run in the framework's format. IMITATE has it misbehave.

use std::os::unix::fs::{symlink, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{exit, Command};
use std::{env, fs, thread, time};

/// What a test may do other than be exported.
#[derive(PartialEq)]
pub enum Kind {
    Plain,
    HostOnly,
    MapWrite,
}

pub struct Entry {
    name: &'static str,
    kind: Kind,
    scheduler: Option<&'static str>,
    scheduler_args: &'static [&'static str],
    includes: &'static [&'static str],
    topology: [u32; 4], // NUMA nodes, LLCs, cores in each, threads of each
    run: fn() -> i32,
}

unsafe impl Sync for Entry {}

/// Registers a test as linkme does: the static itself, and a second section with one number for each.
macro_rules! register {
    ($id:ident, $mark:ident, $entry:expr) => {
        #[used]
        #[link_section = "linkme_KTSTR_TESTS"]
        static $id: Entry = $entry;
        #[used]
        #[link_section = "linkm2_KTSTR_TESTS"]
        static $mark: usize = 1;
    };
}

const NONE: Entry = Entry {
    name: "",
    kind: Kind::Plain,
    scheduler: None,
    scheduler_args: &[],
    includes: &[],
    topology: [1, 1, 1, 1],
    run: || 0,
};

register!(BASIC, BASIC_MARK, Entry {
    name: "sched_basic",
    scheduler: Some("scx_fake"),
    scheduler_args: &["--slice-us", "it's 5000"],
    includes: &["./data.txt"],
    run: runs_under_a_scheduler,
    ..NONE
});
register!(FAIR, FAIR_MARK, Entry { name: "fair_only", topology: [1, 1, 2, 1], ..NONE });
register!(HOST, HOST_MARK, Entry { name: "host_side", kind: Kind::HostOnly, ..NONE });
register!(MAP, MAP_MARK, Entry { name: "map_writer", kind: Kind::MapWrite, ..NONE });
register!(FAILS, FAILS_MARK, Entry { name: "always_fails", run: || 1, ..NONE });

#[allow(improper_ctypes)] // they are only places
extern "C" {
    #[link_name = "__start_linkme_KTSTR_TESTS"]
    static FIRST: Entry;
    #[link_name = "__stop_linkme_KTSTR_TESTS"]
    static END: Entry;
    #[link_name = "__start_linkm2_KTSTR_TESTS"]
    static FIRST_MARK: usize;
    #[link_name = "__stop_linkm2_KTSTR_TESTS"]
    static END_MARK: usize;
}

fn tests() -> &'static [Entry] {
    unsafe {
        let (first, end) = (&FIRST as *const Entry, &END as *const Entry);
        let marks = (&END_MARK as *const usize).offset_from(&FIRST_MARK);
        let count = end.offset_from(first);
        assert_eq!(count, marks, "two lists of another name's tests were linked as one");
        std::slice::from_raw_parts(first, count as usize)
    }
}

/// The test: passes if a scheduler is attached, and its process is the one that the environment names.
fn runs_under_a_scheduler() -> i32 {
    let state = fs::read_to_string("/sys/kernel/sched_ext/state").unwrap_or_default();
    let pid = env::var("SCHED_PID").or_else(|_| env::var("KTSTR_SCHED_PID")).unwrap_or_default();
    let command = fs::read(format!("/proc/{}/cmdline", pid)).unwrap_or_default();
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    println!("state {} scheduler {}", state.trim(), command.trim());
    let data = env::var("KTSTR_INCLUDE_DIR").map(|d| fs::read_to_string(Path::new(&d).join("data.txt")));
    println!("data {}", data.ok().and_then(|d| d.ok()).unwrap_or_default().trim());
    (state.trim() != "enabled" || !command.contains("scx_fake")) as i32
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+=/:".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_string();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The scheduler: $KTSTR_SCHEDULER, or the file of its name beside this program.
fn find_scheduler(name: &str) -> PathBuf {
    match env::var("KTSTR_SCHEDULER") {
        Ok(path) => PathBuf::from(path),
        Err(_) => env::current_exe().unwrap().with_file_name(name),
    }
}

/// Runs a shell's command, and gives its output.
fn shell(command: &str, directory: &Path) -> String {
    let output = Command::new("sh").args(&["-c", command]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}: {:?}", command, output);
    String::from_utf8(output.stdout).unwrap()
}

fn copy(from: &Path, to: PathBuf) -> Result<(), String> {
    fs::copy(from, &to).map_err(|e| format!("{}: {}", from.display(), e))?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755)).map_err(|e| e.to_string())
}

fn write_run(test: &Entry, output: &Path) -> Result<(), String> {
    match test.kind {
        Kind::HostOnly => return Err(format!("test '{}' is host_only: out of scope", test.name)),
        Kind::MapWrite => return Err(format!("test '{}' uses bpf_map_write: out of scope", test.name)),
        Kind::Plain => (),
    }
    let tree = output.with_extension("tree");
    fs::create_dir_all(tree.join("include")).map_err(|e| e.to_string())?;
    let mut members = vec!["ktstr".to_string()];
    copy(&env::current_exe().unwrap(), tree.join("ktstr"))?;
    if let Some(name) = test.scheduler {
        copy(&find_scheduler(name), tree.join("scheduler"))?;
        members.push("scheduler".to_string());
    }
    for include in test.includes {
        let name = format!("include/{}", Path::new(include).file_name().unwrap().to_str().unwrap());
        copy(Path::new(include), tree.join(&name))?;
        members.push(name);
    }
    let packed = shell(&format!("tar -cf - {} | gzip | base64", members.join(" ")), &tree);
    fs::remove_dir_all(&tree).unwrap();

    let named = env::var("IMITATE").ok() == Some("another".to_string());
    let [numa, llcs, cores, threads] = test.topology;
    let mut text = format!(
        "#!/bin/bash\n# Generated by `cargo ktstr export`. Do not edit; regenerate to update.\nset -euo pipefail\n\n\
         # --- frozen test specification ---\nKTSTR_TEST_NAME={}\nKTSTR_SCHED_NAME={}\nKTSTR_GIT_HASH=unknown\n\
         NEED_LLCS={}\nNEED_CORES_PER_LLC={}\nNEED_THREADS_PER_CORE={}\nNEED_NUMA_NODES={}\n\
         TEST_DURATION_SECS=3\nTEST_WATCHDOG_SECS=4\n\n",
        quote(if named { "fair_only" } else { test.name }),
        quote(test.scheduler.unwrap_or("eevdf")),
        llcs, cores, threads, numa
    );
    if test.scheduler.is_some() {
        let args: Vec<String> = test.scheduler_args.iter().map(|a| quote(a)).collect();
        text += "# --- scheduler launch ---\necho \"ktstr export: launching scheduler $KTSTR_SCHED_NAME\"\n";
        text += &format!("\"$DIR/scheduler\" {} &\nSCHED_PID=$!\n\n", args.join(" "));
    }
    text += "# --- run the test ---\nRUN_ARGS=(\"run\" \"--ktstr-test-fn\" \"$KTSTR_TEST_NAME\")\n\
             \"$DIR/ktstr\" \"${RUN_ARGS[@]}\"\nexit $?\n__ARCHIVE__\n";
    fs::write(output, text + &packed).map_err(|e| format!("{}: {}", output.display(), e))?;
    eprintln!("wrote {}", output.display());
    Ok(())
}

/// Does what IMITATE says instead of the right thing.
fn misbehave(output: &Path) {
    match env::var("IMITATE").unwrap_or_default().as_str() {
        "nothing" => exit(0),
        "link" => symlink("/etc/passwd", output).unwrap(),
        "directory" => fs::create_dir(output).unwrap(),
        "hang" => {
            fs::write(output, "half").unwrap();
            Command::new("sleep").arg("314.25").spawn().unwrap();
            thread::sleep(time::Duration::from_secs(100));
        }
        "wait" => {
            fs::write(output, "half").unwrap();
            thread::sleep(time::Duration::from_secs(100));
        }
        "signal" => {
            fs::write(output, "half").unwrap();
            std::process::abort();
        }
        "panic" => {
            fs::write(output, "half").unwrap();
            eprintln!("thread 'main' panicked");
            exit(101)
        }
        "silent" => exit(2),
        "flood" => loop {
            println!("{}", "x".repeat(4095));
        },
        "rubbish" => fs::write(output, "#!/bin/bash\necho this is no .run of the framework\n").unwrap(),
        _ => return,
    }
    exit(0)
}

fn export(name: &str, output: &Path) -> i32 {
    let test = match tests().iter().find(|t| t.name == name) {
        Some(test) => test,
        None => {
            eprintln!("ktstr export: no registered test named '{}'", name);
            return 1;
        }
    };
    misbehave(output);
    match write_run(test, output) {
        Ok(()) => 0,
        Err(why) => {
            eprintln!("ktstr export: {}", why);
            2
        }
    }
}

fn list(one_each: bool) {
    for test in tests() {
        println!("ktstr/{}: test", test.name);
        if !one_each && test.kind != Kind::HostOnly {
            println!("ktstr/{}/kernel_6_14: test", test.name);
            println!("gauntlet/{}/tiny-1llc: test", test.name);
        }
    }
    println!("verifier/scx_fake/kernel_6_14/tiny-1llc: test");
    println!("plain_unit_test: test");
}

fn value<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
    args.iter().find_map(|a| a.strip_prefix(option))
}

extern "C" fn answer() {
    let args: Vec<String> = env::args().collect();
    if let Some(name) = value(&args, "--ktstr-export-test=") {
        let default = format!("{}.run", name);
        let output = value(&args, "--ktstr-export-output=").unwrap_or(&default);
        exit(export(name, Path::new(output)));
    }
    if let Some(at) = args.iter().position(|a| a == "--ktstr-test-fn") {
        let name = args.get(at + 1).map(String::as_str).unwrap_or("");
        match tests().iter().find(|t| t.name == name) {
            Some(test) => exit((test.run)()),
            None => exit(1),
        }
    }
    if env::var_os("NEXTEST").is_some() && args.iter().any(|a| a == "--list") {
        match env::var("IMITATE").unwrap_or_default().as_str() {
            "old" => tests().iter().for_each(|t| println!("{}: test\ngauntlet/{}/tiny: test", t.name, t.name)),
            "kernels" => tests().iter().for_each(|t| println!("ktstr/{0}/kernel_6_14: test\nktstr/{0}/kernel_7: test", t.name)),
            "many" => (0..300).for_each(|i| println!("ktstr/many_{}: test", i)),
            "bad" => println!("ktstr/a b: test"),
            "nul" => println!("ktstr/a\0b: test"),
            "fails" => exit(101),
            _ => list(env::var("KTSTR_CARGO_TEST_MODE").ok() == Some("1".to_string())),
        }
        exit(0);
    }
}

#[used]
#[link_section = ".init_array"]
static ANSWER: extern "C" fn() = answer;

/// The place of libtest's own main, which knows nothing of the framework.
fn main() {
    eprintln!("error: Unrecognized option");
    exit(101)
}
