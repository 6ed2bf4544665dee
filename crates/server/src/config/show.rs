//! The effective configuration as people read it. Secrets are masked.

use super::{Config, KeyBinding, RememberCredentials};
use std::fmt;

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "listen = \"{}\"", self.listen)?;
        writeln!(f, "public_url = \"{}\"", self.public_url)?;
        writeln!(f, "pane = \"{}\"", self.pane.display())?;
        writeln!(f, "data = \"{}\"", self.data.display())?;
        writeln!(f, "key = \"********\"")?;
        writeln!(f, "# {} key(s) on the ring", self.keyring.size())?;
        let binding = match self.key_binding {
            KeyBinding::Required => "required",
            KeyBinding::Preferred => "preferred",
            KeyBinding::Off => "off",
        };
        writeln!(f, "pop = \"{binding}\"")?;
        writeln!(f, "log = \"{}\"", self.log)?;
        writeln!(
            f,
            "trusted_proxies = {:?}",
            self.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
        )?;
        if let Some(first) = self.sites.first() {
            writeln!(f, "default_site = \"{}\"", first.name.0)?;
        }
        if let Some(tls) = &self.tls {
            writeln!(f, "\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"", tls.certificate.display(), tls.key.display())?;
        }
        writeln!(f, "\n[frame_ancestors]\nextra = {:?}", self.frame_ancestors_extra)?;
        self.show_sites(f)?;
        self.show_limits(f)
    }
}

impl Config {
    fn show_sites(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for site in &self.sites {
            writeln!(f, "\n[sites.{}]", site.name.0)?;
            writeln!(f, "title = {:?}", site.title)?;
            writeln!(f, "url = \"{}\"", site.url)?;
            let remember = site.remember == RememberCredentials::Sealed;
            writeln!(f, "credentials = {{ enabled = true, remember = {remember} }}")?;
            writeln!(f, "attachment_max_bytes = {}", site.attachment_max_bytes)?;
            writeln!(f, "contacts_max = {}", site.contacts_max)?;
            let types = &site.activity_types;
            writeln!(f, "activity_types = {{ offered = {:?}, hidden = {:?} }}", types.offered, types.hidden)?;
        }
        Ok(())
    }

    fn show_limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.limits;
        writeln!(f, "\n[limits]")?;
        writeln!(f, "sign_in_tries = {}", limits.sign_in_tries)?;
        writeln!(f, "sign_ins_per_address = {}", limits.sign_ins_per_address)?;
        writeln!(f, "uploads_max = {}", limits.uploads_max)?;
        writeln!(f, "upload_bytes_per_second = {}", limits.upload_bytes_per_second)?;
        for (name, time) in [
            ("sign_in_window_s", limits.sign_in_window),
            ("upload_silence_s", limits.upload_silence),
            ("upload_total_s", limits.upload_total),
            ("head_s", limits.head),
            ("drain_s", limits.drain),
            ("imis_connect_s", limits.imis_connect),
            ("imis_read_s", limits.imis_read),
            ("imis_write_s", limits.imis_write),
        ] {
            writeln!(f, "{name} = {}", time.as_secs())?;
        }
        Ok(())
    }
}
