//! The user that a command runs as, if it is another one.

use std::path::Path;

use super::failure::Failure;

/// A user of this machine, as `/etc/passwd` and `/etc/group` have it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    home: String,
    uid: u32,
    /// The first is the user's own.
    groups: Vec<u32>,
}

impl Account {
    /// The user with this name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        let read = |path: &str| {
            std::fs::read_to_string(Path::new(path))
                .map_err(|error| Failure::other(format!("--user: {path}: {error}")))
        };
        let account = Self::among(name, &read("/etc/passwd")?, &read("/etc/group")?);
        account.ok_or_else(|| Failure::other(format!("--user: {name} is not in /etc/passwd")))
    }

    fn among(name: &str, users: &str, groups: &str) -> Option<Self> {
        let user = |line: &str| {
            let [found, _, uid, gid, _, home] = fields(line)?;
            (found == name)
                .then(|| Some((uid.parse().ok()?, gid.parse().ok()?, home.to_owned())))?
        };
        let (uid, gid, home) = users.lines().find_map(user)?;
        let member_of = |line: &str| -> Option<u32> {
            let [_, _, gid, members] = fields(line)?;
            members
                .split(',')
                .any(|member| member == name)
                .then(|| gid.parse().ok())?
        };
        let mut all = vec![gid];
        all.extend(
            groups
                .lines()
                .filter_map(member_of)
                .filter(|other| *other != gid),
        );
        Some(Self {
            name: name.to_owned(),
            home,
            uid,
            groups: all,
        })
    }

    /// What its environment says about it.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 3] {
        [
            ("HOME", &self.home),
            ("USER", &self.name),
            ("LOGNAME", &self.name),
        ]
    }

    /// Makes this thread, and whatever it starts from now on, one of this user.
    ///
    /// # Errors
    /// The system does not let us: only root may.
    #[cfg(target_os = "linux")]
    pub(crate) fn assume(&self) -> Result<(), Failure> {
        use rustix::process::{Gid, Uid};
        use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

        let groups: Vec<Gid> = self.groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
        let uid = Uid::from_raw(self.uid);
        let own = groups.first().copied();
        let done = set_thread_groups(&groups)
            .and_then(|()| set_thread_res_gid(own, own, own))
            .and_then(|()| set_thread_res_uid(uid, uid, uid));
        done.map_err(|error| {
            Failure::other(format!("--user: cannot become {}: {error}", self.name))
                .hint("only root becomes another user")
        })
    }

    /// Not possible here.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn assume(&self) -> Result<(), Failure> {
        Err(Failure::other(format!(
            "--user: becoming {} works on Linux only",
            self.name
        )))
    }
}

/// The first fields of a line, if it has as many.
fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let fields: Vec<&str> = line.split(':').take(N).collect();
    fields.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/sh\n\
                         ada:x:1000:1001:Ada,,,:/home/ada:/bin/sh\nbroken\n";
    const GROUPS: &str = "root:x:0:\nada:x:1001:ada\nwheel:x:10:bob,ada\nadas:x:11:adam\n";

    #[test]
    fn a_user_has_the_groups_that_name_it() {
        let ada = Account::among("ada", USERS, GROUPS).unwrap();
        assert_eq!((ada.uid, ada.groups.as_slice()), (1000, &[1001, 10][..]));
        let variables = [("HOME", "/home/ada"), ("USER", "ada"), ("LOGNAME", "ada")];
        assert_eq!(ada.variables(), variables);
    }

    #[test]
    fn a_user_that_is_not_there_is_none() {
        assert_eq!(Account::among("eve", USERS, GROUPS), None);
        assert_eq!(Account::among("broken", USERS, GROUPS), None);
    }
}
