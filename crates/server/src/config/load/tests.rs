//! Faults come all at once, and secrets stay secret.

use super::*;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(toml, variables).map_err(|error| match error {
        ConfigError::Faults(faults) => faults.into_iter().map(|fault| fault.setting).collect(),
        other => vec![other.to_string()],
    })
}

fn minimal() -> String {
    format!(
        "public_url = \"https://a.example\"\nkey = \"{KEY}\"\n[sites.live]\nurl = \"https://imis.example\"\ncredentials = {{ enabled = true }}\n"
    )
}

#[test]
fn three_settings_and_a_way_in_are_enough() {
    let config = load(&minimal(), &[]).unwrap();
    assert_eq!(config.public_url.origin(), "https://a.example");
    assert_eq!(config.sites[0].url.as_str(), "https://imis.example/");
    assert_eq!(config.key_binding, KeyBinding::Preferred);
    assert_eq!(config.limits, Limits::default());
}

#[test]
fn with_nothing_it_says_which_three_are_needed() {
    let error = Config::parse("", []).unwrap_err();
    assert_eq!(error, ConfigError::Nothing);
    for name in ["public_url", "sites.<name>.url", "key"] {
        assert!(error.to_string().contains(name), "{name}");
    }
}

#[test]
fn all_faults_come_at_once() {
    let toml = "public_url = \"http://a.example\"\nkey = \"short\"\nlisten = \"x\"\npubic_url = 1\npop = \"maybe\"\n\
        trusted_proxies = [\"x\"]\n[tls]\ncertificate = \"a\"\n[frame_ancestors]\nextra = [\"https://*.example\", \"http://a.example\"]\n\
        [limits]\nsign_in_tries = 5\nhead_s = 0\n[sites.live]\nurl = \"http://imis.example\"\ncontacts_max = \"many\"\n\
        [sites.Test]\n[sites.done]\n[sites.live.credentials]\nremember = \"yes\"\nforget = true\n";
    let faults = load(toml, &[]).unwrap_err();
    for setting in [
        "sites.done",
        "public_url",
        "key",
        "listen",
        "pubic_url",
        "pop",
        "trusted_proxies",
        "tls.key",
        "frame_ancestors.extra",
        "limits.sign_in_tries",
        "limits.head_s",
        "sites.live.url",
        "sites.live.contacts_max",
        "sites.live.credentials.remember",
        "sites.live.credentials.forget",
        "sites.Test",
        "sites.Test.url",
    ] {
        assert!(faults.iter().any(|fault| fault == setting), "{setting} is missing in {faults:?}");
    }
}

#[test]
fn a_missing_setting_is_said_once() {
    assert_eq!(load("log = \"info\"", &[]).unwrap_err(), ["public_url", "key", "sites"]);
    assert_eq!(load("public_url = \"x\"", &[]).unwrap_err(), ["public_url", "key", "sites"]);
}

#[test]
fn a_variable_wins_over_the_file() {
    let variables = [
        ("IMIS_OUTLOOK_PUBLIC_URL", "https://b.example"),
        ("IMIS_OUTLOOK_SITES__LIVE__TITLE", "Live"),
        ("IMIS_OUTLOOK_LIMITS__UPLOADS_MAX", "7"),
        ("IMIS_OUTLOOK_TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
        ("PATH", "/bin"),
    ];
    let config = load(&minimal(), &variables).unwrap();
    assert_eq!(config.public_url.origin(), "https://b.example");
    assert_eq!((config.sites[0].title.as_str(), config.limits.uploads_max), ("Live", 7));
    assert_eq!(config.trusted_proxies.len(), 1);
    assert_eq!(load(&minimal(), &[("IMIS_OUTLOOK_LISTN", "x")]).unwrap_err(), ["listn"]);
}

#[test]
fn a_secret_is_a_value_or_a_file_and_never_both() {
    let file = std::env::temp_dir().join(format!("imis-outlook-key-{}", uuid::Uuid::new_v4()));
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let name = file.to_str().unwrap();
    let without = minimal().replace(&format!("key = \"{KEY}\"\n"), "");
    assert!(load(&without, &[("IMIS_OUTLOOK_KEY_FILE", name)]).is_ok());
    assert_eq!(load(&minimal(), &[("IMIS_OUTLOOK_KEY_FILE", name)]).unwrap_err(), ["key"]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(load(&without, &[("IMIS_OUTLOOK_KEY_FILE", name)]).unwrap_err(), ["key_file"]);
}

#[test]
fn a_site_s_own_authority_is_trusted_by_its_certificate_in_a_file() {
    let file = std::env::temp_dir().join(format!("imis-outlook-authority-{}.pem", uuid::Uuid::new_v4()));
    let made = rcgen::generate_simple_self_signed(vec!["imis.example".to_owned()]).unwrap();
    let toml = |file: &str| {
        minimal()
            + &format!(
                "[sites.own]\nurl = \"https://imis.example\"\ncredentials.enabled = true\ncertificates_file = {file:?}\n"
            )
    };
    let toml = toml(file.to_str().unwrap());
    assert_eq!(load(&toml, &[]).unwrap_err(), ["sites.own.certificates_file"], "no such file");
    for no_certificate in ["", "soon", &made.signing_key.serialize_pem()] {
        std::fs::write(&file, no_certificate).unwrap();
        assert_eq!(load(&toml, &[]).unwrap_err(), ["sites.own.certificates_file"], "{no_certificate}");
    }
    std::fs::write(&file, made.cert.pem()).unwrap();
    let config = load(&toml, &[]).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(config.to_string().contains("# certificates_file: 1 trusted beside the public ones"), "{config}");
}

#[test]
fn the_default_site_comes_first() {
    let toml = format!(
        "default_site = \"test\"\n{}[sites.test]\nurl = \"https://test.example\"\ncredentials.enabled = true\n",
        minimal()
    );
    let names: Vec<_> = load(&toml, &[]).unwrap().sites.into_iter().map(|site| site.name.0).collect();
    assert_eq!(names, ["test", "live"]);
    assert_eq!(load(&toml.replace("\"test\"", "\"none\""), &[]).unwrap_err(), ["default_site"]);
}

#[test]
fn what_is_shown_has_no_secret_and_reads_back_the_same() {
    let shown = load(&minimal(), &[]).unwrap().to_string();
    assert!(!shown.contains(KEY));
    let again = load(&shown.replace("********", KEY), &[]).unwrap().to_string();
    assert_eq!(again, shown);
}

#[test]
fn what_a_site_settles_about_contacts_is_read_shown_and_checked() {
    let settings = "profile_url = \"https://staff.example/Profile.aspx\"\nown_domains = [\"@Acme.example\"]\n\
        organisations_by_domain = false\nadd_contact_roles = [\"Registrars\"]\nchange_contact_roles = [\"Staff\"]\n\
        search_query = \"$/Contacts/Search\"\n";
    let config = load(&format!("{}{settings}", minimal()), &[]).unwrap();
    let contacts = &config.sites[0].contacts;
    assert_eq!(contacts.own_domains, ["acme.example"]);
    assert_eq!(contacts.add_roles, ["Registrars"]);
    let again = load(&config.to_string().replace("********", KEY), &[]).unwrap();
    assert_eq!(again.sites[0].contacts, *contacts);
    let wrong = "profile_url = \"javascript:x\"\nown_domains = [\"a b\"]\norganisations_by_domain = \"x\"\nsearch_query = \"x\"\n";
    let faults = load(&format!("{}{wrong}", minimal()), &[]).unwrap_err();
    for setting in ["profile_url", "own_domains", "organisations_by_domain", "search_query"] {
        assert!(faults.contains(&format!("sites.live.{setting}")), "{setting} is missing in {faults:?}");
    }
}

#[test]
fn what_a_site_settles_about_the_ledger_is_read_shown_and_checked() {
    let site = |more: &str| load(&format!("{}{more}", minimal()), &[]).map(|config| config.sites[0].clone());
    let usual = site("").unwrap();
    assert_eq!((usual.duplicates, usual.remove_others_roles), (api::Duplicates::Warned, vec!["SysAdmin".to_owned()]));
    let more = "duplicates = \"refused\"\nremove_others_roles = [\"Editors\"]\n";
    let settled = site(more).unwrap();
    assert_eq!(
        (settled.duplicates, &*settled.remove_others_roles),
        (api::Duplicates::Refused, &["Editors".to_owned()][..])
    );
    let shown = load(&format!("{}{more}", minimal()), &[]).unwrap().to_string();
    assert!(more.lines().all(|line| shown.contains(line)), "{shown}");
    assert_eq!(site("duplicates = \"maybe\"\n").unwrap_err(), ["sites.live.duplicates"]);
}

/// A site with these options, or the settings at fault with the first words of what is wrong.
fn with_options(options: &str) -> Result<super::Site, Vec<String>> {
    let site = load(&minimal(), &[]).unwrap().sites.remove(0);
    site.with_options(options).map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

const TABLE: &str = "[tables.t]\nentity = \"UT_T\"\nmessage_key = \"KEY\"\n[tables.t.fields]\nA = \"{Subject}\"\n";

#[test]
fn a_mapping_that_cannot_work_is_refused_when_it_is_read() {
    for (mapping, said) in [
        ("DESCRIPTION = \"{Subjekt}\"", "{Subjekt}"),
        ("DESCRIPTION = \"{Folder}\"", "Outlook does not tell"),
        ("TRANSACTION_DATE = \"{Subject}\"", "is a date"),
        ("UNITS = \"{Subject}\"", "is a number"),
        ("AMOUNT = \"twelve\"", "is a number"),
        ("CO_ID = \"{Sender}\"", "is the ID of a contact"),
        ("UF_1 = \"{Subject}\"", "no column of an activity"),
        ("SEQN = \"1\"", "no column of an activity"),
        ("ID = \"101\"", "no column of an activity"),
        ("NOTHING = \"x\"", "no column of an activity"),
    ] {
        let faults = with_options(&format!("[activity_types.mapping.EMAIL]\n{mapping}\n")).unwrap_err();
        assert!(faults[0].contains(said), "{mapping}: {faults:?}");
    }
    for kind in ["ORDER", "sales", "GIFT", "PLEDGE", "CERTIFICATION", "DUES", "EXPO", "REFUND", "Meeting"] {
        assert!(with_options(&format!("activity_types.offered = [\"{kind}\"]\n")).is_err(), "{kind} is iMIS's own");
        assert!(with_options(&format!("[activity_types.mapping.{kind}]\nNOTE = \"{{Body}}\"\n")).is_err(), "{kind}");
    }
}

#[test]
fn a_table_needs_a_name_a_key_and_fields_that_can_be_filled() {
    assert_eq!(with_options(TABLE).unwrap().tables[0].fields[0].template, "{Subject}");
    for (from, to, said) in [
        ("entity = \"UT_T\"\n", "", "tables.t.entity"),
        ("UT_T", "UT/T", "letters, digits and _"),
        ("message_key = \"KEY\"\n", "", "could save a message twice"),
        ("A = ", "KEY = ", "keeps what a row is found again by"),
        ("A = \"{Subject}\"", "", "1 to 60 columns"),
        ("\"{Subject}\"", "{ value = \"{Subject}\", kind = \"number\" }", "is a number"),
        ("\"{Subject}\"", "{ value = \"{Sender}\", kind = \"date\" }", "is a date"),
        ("\"{Subject}\"", "{ kind = \"text\" }", "tables.t.fields.A.value"),
        ("\"{Subject}\"", "{ value = \"x\", size = 3 }", "is not a setting"),
    ] {
        let faults = with_options(&TABLE.replace(from, to)).unwrap_err();
        assert!(faults.iter().any(|fault| fault.contains(said)), "{to}: {faults:?}");
    }
}

#[test]
fn what_is_shown_of_options_is_read_back_the_same_and_what_is_not_said_stays() {
    let text = format!(
        "attachment_max_bytes = 7\ncontacts_max = 3\nduplicates = \"refused\"\n\
         attachment_types.allowed = [\".PDF\"]\nactivity_types.hidden = [\"CALL\"]\n\
         activity_types.mapping.email = {{ NOTE = \"\", UF_2 = \"a \\\"b\\\" {{Sender}}\", UNITS = 5 }}\n{TABLE}"
    );
    let site = with_options(&text).unwrap();
    assert_eq!((site.attachment_max_bytes, site.contacts_max), (7, 3));
    assert_eq!(site.attachment_types.allowed, ["pdf"]);
    let again = with_options(&site.options_shown()).unwrap();
    assert_eq!(again.options_shown(), site.options_shown());
    assert_eq!((&again.mappings, &again.tables), (&site.mappings, &site.tables));
    let less = site.with_options("contacts_max = 4\n").unwrap();
    assert_eq!((less.contacts_max, less.attachment_max_bytes, less.tables.len()), (4, 7, 1));
    let fields = crate::config::activity_fields(&site, None, "EMAIL");
    let filled: Vec<_> = fields.iter().map(|mapped| (mapped.field.name.as_str(), mapped.template.as_str())).collect();
    let usual = [("TRANSACTION_DATE", "{SentOn}"), ("DESCRIPTION", "{Subject}")];
    assert_eq!(filled[..2], usual, "the note is left out on purpose");
    assert_eq!(filled[2..], [("UF_2", "a \"b\" {Sender}"), ("UNITS", "5")]);
}
