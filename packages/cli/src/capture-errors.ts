// Why a capture could not begin, in words, with what to do next. Codes: host/src/capture/error.ts.

import type { Lang } from "@heapwright/core/model/message.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import type { CaptureOutcome } from "@heapwright/host/capture/types.ts";
import { EXIT } from "./exit-codes.ts";
import type { CaptureErrorCode, CaptureParams } from "@heapwright/host/capture/error.ts";

type Words = (p: (name: string) => string) => { readonly en: string; readonly zh: string };

const WORDS: Readonly<Record<CaptureErrorCode, Words>> = {
  "no-target": () => ({
    en: "nothing to look at. Give a URL, --pid, --unix or a folder",
    zh: "没有目标。请给出 URL、--pid、--unix 或目录",
  }),
  "bad-url": (p) => ({
    en: `${p("url")} is not an address. Try http://localhost:6060`,
    zh: `${p("url")} 不是地址。试试 http://localhost:6060`,
  }),
  "bad-header": (p) => ({
    en: `${p("header")} is no request header. Write --header "Name: value"`,
    zh: `${p("header")} 不是请求头。写法：--header "Name: value"`,
  }),
  "bad-scheme": (p) => ({
    en: `${p("url")}: only http and https are understood`,
    zh: `${p("url")}：只支持 http 与 https`,
  }),
  "tls-file": (p) => ({
    en: `cannot read the TLS file ${p("path")} (${p("cause")})`,
    zh: `无法读取 TLS 文件 ${p("path")}（${p("cause")}）`,
  }),
  "folder-not-empty": (p) => ({
    en: `${p("folder")} is not empty. A capture needs a folder of its own: -o another`,
    zh: `${p("folder")} 不为空。采集需要独立目录：-o 另选一个`,
  }),
  "folder-not-writable": (p) => ({
    en: `cannot write to ${p("folder")} (${p("cause")})`,
    zh: `无法写入 ${p("folder")}（${p("cause")}）`,
  }),
  interrupted: () => ({
    en: "interrupted before anything was collected",
    zh: "尚未采集到内容即被中断",
  }),
  refused: (p) => ({
    en: `${p("url")} refuses the connection. Is the service up, and is this its pprof port?`,
    zh: `${p("url")} 拒绝连接。服务在运行吗？这是它的 pprof 端口吗？`,
  }),
  dns: (p) => ({
    en: `the host name ${p("host")} is not known here`,
    zh: `无法解析主机名 ${p("host")}`,
  }),
  unreachable: (p) => ({
    en: `${p("url")} cannot be reached (${p("cause")})`,
    zh: `无法到达 ${p("url")}（${p("cause")}）`,
  }),
  reset: (p) => ({
    en: `${p("url")} closed the connection after ${p("afterBytes")} bytes. Is it a Go service with net/http/pprof?`,
    zh: `${p("url")} 在 ${p("afterBytes")} 字节后断开连接。它是启用了 net/http/pprof 的 Go 服务吗？`,
  }),
  timeout: (p) => ({
    en: `${p("url")} did not answer in time (${p("phase")}, ${p("afterMs")} ms)`,
    zh: `${p("url")} 未及时应答（${p("phase")}，${p("afterMs")} 毫秒）`,
  }),
  unauthorized: (p) => ({
    en: `${p("url")} wants a user or token. Pass it: --header 'Authorization: Bearer …'`,
    zh: `${p("url")} 需要认证。请传入：--header 'Authorization: Bearer …'`,
  }),
  forbidden: (p) => ({
    en: `${p("url")} forbids it (403). Ask for access to its debug port, or pass --header`,
    zh: `${p("url")} 禁止访问（403）。请申请调试端口的权限，或使用 --header`,
  }),
  "pprof-not-found": (p) => ({
    en: `${p("url")} answers, but not with profiles (404). Import net/http/pprof, or pass its path: --prefix /internal/pprof`,
    zh: `${p("url")} 有应答但没有剖析（404）。请导入 net/http/pprof，或给出路径：--prefix /internal/pprof`,
  }),
  "http-status": (p) => ({
    en: `${p("url")} answers with status ${p("status")}`,
    zh: `${p("url")} 返回状态 ${p("status")}`,
  }),
  "html-page": (p) => ({
    en: `${p("url")} answers with a web page (${p("title")}), not a profile. A proxy or login page in between? Try the service's own port, or --prefix`,
    zh: `${p("url")} 返回网页（${p("title")}）而不是剖析。中间有代理或登录页？试试服务自己的端口，或 --prefix`,
  }),
  "redirect-elsewhere": (p) => ({
    en: `${p("url")} redirects to another host (${p("origin")}). Give that address if you trust it`,
    zh: `${p("url")} 重定向到另一主机（${p("origin")}）。若信任它，请直接给出该地址`,
  }),
  "redirect-loop": (p) => ({
    en: `${p("url")} redirects in circles`,
    zh: `${p("url")} 循环重定向`,
  }),
  tls: (p) => ({
    en: `the TLS connection to ${p("url")} failed (${p("cause")}). For a private CA: --cacert FILE; to look anyway: --insecure`,
    zh: `与 ${p("url")} 的 TLS 连接失败（${p("cause")}）。私有 CA：--cacert FILE；仍要查看：--insecure`,
  }),
  "needs-https": (p) => ({
    en: `${p("url")} speaks TLS: use https://`,
    zh: `${p("url")} 使用 TLS：请改用 https://`,
  }),
  "not-tls": (p) => ({
    en: `${p("url")} does not speak TLS: use http://`,
    zh: `${p("url")} 未使用 TLS：请改用 http://`,
  }),
  "not-http": (p) => ({
    en: `${p("url")} does not speak HTTP. Which port serves net/http/pprof?`,
    zh: `${p("url")} 不是 HTTP。哪个端口提供 net/http/pprof？`,
  }),
  "not-pprof": (p) => ({
    en: `${p("url")} answers, but not with a Go heap profile. Pass the path of its profiles: --prefix`,
    zh: `${p("url")} 有应答，但不是 Go 堆剖析。请给出剖析路径：--prefix`,
  }),
  "too-large": (p) => ({
    en: `${p("url")} sent more than ${p("cap")} bytes and was cut off`,
    zh: `${p("url")} 发送超过 ${p("cap")} 字节，已中断`,
  }),
  encoding: (p) => ({
    en: `${p("url")} uses the encoding ${p("encoding")}, which was not asked for`,
    zh: `${p("url")} 使用了未请求的编码 ${p("encoding")}`,
  }),
  "unix-socket": (p) => ({
    en: `the unix socket cannot be used (${p("cause")})`,
    zh: `无法使用该 unix 套接字（${p("cause")}）`,
  }),
  "not-on-this-platform": () => ({
    en: "looking at a process needs Linux' /proc. Use its URL instead",
    zh: "查看进程需要 Linux 的 /proc。请改用 URL",
  }),
  "pid-not-found": (p) => ({ en: `no process ${p("pid")}`, zh: `没有进程 ${p("pid")}` }),
  "pid-not-permitted": (p) => ({
    en: `process ${p("pid")} belongs to another user. Run as that user or as root: sudo heapwright why --pid ${p("pid")}`,
    zh: `进程 ${p("pid")} 属于其他用户。请以该用户或 root 运行：sudo heapwright why --pid ${p("pid")}`,
  }),
  "pid-mismatch": (p) => ({
    en: `process ${p("pid")} is not the one behind the URL`,
    zh: `进程 ${p("pid")} 不是该 URL 背后的进程`,
  }),
  "not-go": (p) => ({
    en: `process ${p("pid")} is not a Go executable; heapwright explains Go services`,
    zh: `进程 ${p("pid")} 不是 Go 可执行文件；heapwright 用于 Go 服务`,
  }),
};

/** What is wrong with the command line rather than with the service. */
const USAGE: ReadonlySet<CaptureErrorCode> = new Set([
  "no-target",
  "bad-url",
  "bad-scheme",
  "bad-header",
  "folder-not-empty",
  "folder-not-writable",
  "not-on-this-platform",
]);

export function exitOfCaptureError(code: CaptureErrorCode): number {
  if (code === "interrupted") return EXIT.interrupted;
  return USAGE.has(code) ? EXIT.usage : EXIT.unreadable;
}

const REASONS: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  "pid-gone": { en: "the process ended", zh: "进程已结束" },
  "pid-reused": {
    en: "the process ended, and its pid is another's",
    zh: "进程已结束，pid 已被重用",
  },
  "connection-refused": { en: "nothing listens at its address any more", zh: "地址上不再有监听" },
  "process-changed": {
    en: "another process answers (a restart, or a load balancer)",
    zh: "应答的是另一个进程（重启，或负载均衡）",
  },
};

const ENDS: Readonly<Record<CaptureOutcome["ended"], Readonly<Record<Lang, string>>>> = {
  done: { en: "complete", zh: "完整" },
  interrupted: { en: "stopped by Ctrl-C", zh: "被 Ctrl-C 中止" },
  limit: { en: "stopped at the size limit of a capture", zh: "达到采集大小上限" },
  "target-died": { en: "the target went away", zh: "目标中途消失" },
};

/** How a capture ended, with the reason where there is one. */
export function endWords(outcome: CaptureOutcome, lang: Lang): string {
  return outcome.reason === undefined
    ? ENDS[outcome.ended][lang]
    : (REASONS[outcome.reason]?.[lang] ?? printable(outcome.reason));
}

export function captureErrorWords(
  code: CaptureErrorCode,
  params: CaptureParams,
  lang: Lang,
): string {
  return WORDS[code]((name) => printable(String(params[name] ?? "?")))[lang];
}
