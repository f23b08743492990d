// Why a capture could not begin, in words, with what to do next. Codes and the parameters that each
// carries: host/src/capture/error.ts; capture-errors.test.ts compares them with the places that throw.

import type { Lang } from "@heapwright/core/model/message.ts";
import { causeWords } from "@heapwright/core/report/system-causes.ts";
import { printable, wordingOf } from "@heapwright/core/report/wording.ts";
import type { CaptureErrorCode, CaptureParams } from "@heapwright/host/capture/error.ts";
import type { CaptureOutcome } from "@heapwright/host/capture/types.ts";
import { EXIT } from "./exit-codes.ts";

interface Told {
  text(name: string): string;
  bytes(name: string): string;
  /** A code of the system or of TLS, in words. */
  cause(name: string): string;
}

type Words = Readonly<Record<Lang, (p: Told) => string>>;

/** The flag behind each TLS file; host calls them by their role. */
const TLS_FLAGS: Readonly<Record<string, string>> = { ca: "cacert", cert: "cert", key: "key" };

const PHASES: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  connect: { en: "no connection", zh: "未能连接" },
  "first-byte": { en: "connected, but no answer", zh: "已连接但没有应答" },
  idle: { en: "the answer stopped in the middle", zh: "应答中途停止" },
  total: { en: "the answer did not come to its end", zh: "应答未能结束" },
};

const sayPhase = (p: Told, lang: Lang): string =>
  PHASES[p.text("phase")]?.[lang] ?? p.text("phase");

const flagOf = (p: Told): string => TLS_FLAGS[p.text("option")] ?? p.text("option");

const WORDS: Readonly<Record<CaptureErrorCode, Words>> = {
  "no-target": {
    en: () => "nothing to look at. Give a URL, --pid, --unix or a folder",
    zh: () => "没有目标。请给出 URL、--pid、--unix 或目录",
  },
  // The text itself is not repeated: it may hold a password.
  "bad-url": {
    en: () => "that is not an address of a service. Write it like http://localhost:6060",
    zh: () => "这不是服务的地址。写法如 http://localhost:6060",
  },
  "bad-scheme": {
    en: (p) => `${p.text("scheme")} is not understood. Use http:// or https://`,
    zh: (p) => `不支持 ${p.text("scheme")}。请使用 http:// 或 https://`,
  },
  "bad-header": {
    en: (p) =>
      `the header "${p.text("name")}" cannot be sent (${p.cause("cause")}). Write --header "Name: value"`,
    zh: (p) =>
      `无法发送请求头“${p.text("name")}”（${p.cause("cause")}）。写法：--header "Name: value"`,
  },
  "tls-file": {
    en: (p) => `--${flagOf(p)} ${p.text("path")} cannot be read: ${p.cause("cause")}`,
    zh: (p) => `无法读取 --${flagOf(p)} ${p.text("path")}：${p.cause("cause")}`,
  },
  "folder-not-empty": {
    en: (p) => `${p.text("folder")} is not empty. A capture needs a folder of its own: -o another`,
    zh: (p) => `${p.text("folder")} 不为空。采集需要独立目录：-o 另选一个`,
  },
  "folder-not-writable": {
    en: (p) =>
      `${p.text("folder")} cannot be written: ${p.cause("cause")}. Choose another place: -o DIR`,
    zh: (p) => `无法写入 ${p.text("folder")}：${p.cause("cause")}。请另选位置：-o 目录`,
  },
  interrupted: {
    en: () => "stopped before anything was collected",
    zh: () => "尚未采集到内容即被中断",
  },
  refused: {
    en: (p) =>
      `nothing listens at ${p.text("url")}. Is the service running, and is this the port of its net/http/pprof?`,
    zh: (p) => `${p.text("url")} 无人监听。服务在运行吗？这是它的 net/http/pprof 端口吗？`,
  },
  dns: {
    en: (p) =>
      `the host name ${p.text("host")} is not known here, so ${p.text("url")} cannot be asked. Check the name, or use an IP address`,
    zh: (p) =>
      `此处无法解析主机名 ${p.text("host")}，因此无法访问 ${p.text("url")}。请检查名称或使用 IP 地址`,
  },
  unreachable: {
    en: (p) =>
      `${p.text("url")} cannot be reached: ${p.cause("cause")}. Check network and firewall, or run heapwright beside the service`,
    zh: (p) =>
      `无法到达 ${p.text("url")}：${p.cause("cause")}。请检查网络与防火墙，或在服务所在处运行 heapwright`,
  },
  reset: {
    en: (p) =>
      `${p.text("url")} closed the connection after ${p.bytes("afterBytes")}. Is it a Go service with net/http/pprof, and is it staying up?`,
    zh: (p) =>
      `${p.text("url")} 在 ${p.bytes("afterBytes")} 后断开连接。它是启用了 net/http/pprof 的 Go 服务吗？是否在反复重启？`,
  },
  timeout: {
    en: (p) =>
      `${p.text("url")} gave no whole answer within ${p.text("afterMs")} ms (${sayPhase(p, "en")}, ${p.bytes("afterBytes")} came). A service that thrashes or is stopped looks like this: --pid PID shows the kernel's view of it`,
    zh: (p) =>
      `${p.text("url")} 在 ${p.text("afterMs")} 毫秒内没有完整应答（${sayPhase(p, "zh")}，收到 ${p.bytes("afterBytes")}）。抖动或被暂停的服务就是这样：--pid PID 可查看其内核视图`,
  },
  unauthorized: {
    en: (p) =>
      `${p.text("url")} wants a user or a token (401). Pass it: --header 'Authorization: Bearer …', or http://USER:PASSWORD@…`,
    zh: (p) =>
      `${p.text("url")} 需要用户或令牌（401）。请传入：--header 'Authorization: Bearer …'，或 http://USER:PASSWORD@…`,
  },
  forbidden: {
    en: (p) =>
      `${p.text("url")} refuses access (403). Ask for access to its debug port, or pass what it wants with --header`,
    zh: (p) => `${p.text("url")} 拒绝访问（403）。请申请调试端口的权限，或用 --header 传入所需内容`,
  },
  "pprof-not-found": {
    en: (p) =>
      `${p.text("url")} is 404: something answers there, but not net/http/pprof. Import it, or pass its path: --prefix /internal/pprof`,
    zh: (p) =>
      `${p.text("url")} 返回 404：有应答，但不是 net/http/pprof。请导入它，或给出路径：--prefix /internal/pprof`,
  },
  "http-status": {
    en: (p) =>
      `${p.text("url")} answers ${p.text("status")} instead of a profile. The service's log tells why; a proxy in between has another port`,
    zh: (p) =>
      `${p.text("url")} 返回 ${p.text("status")} 而不是剖析。原因见服务日志；若中间有代理，请用服务自己的端口`,
  },
  "html-page": {
    en: (p) =>
      `${p.text("url")} answers with a web page ("${p.text("title")}"), not a profile: a login page or a proxy stands before the service. Use the service's own port, or --prefix`,
    zh: (p) =>
      `${p.text("url")} 返回网页（“${p.text("title")}”）而不是剖析：服务前面有登录页或代理。请使用服务自己的端口，或 --prefix`,
  },
  "redirect-elsewhere": {
    en: (p) =>
      `${p.text("url")} sends to another host, ${p.text("origin")}: a login or a proxy. Give that address if you trust it`,
    zh: (p) =>
      `${p.text("url")} 重定向到另一主机 ${p.text("origin")}：登录页或代理。若信任它，请直接给出该地址`,
  },
  "redirect-loop": {
    en: (p) => `${p.text("url")} redirects without end. Use the service's own port, or --prefix`,
    zh: (p) => `${p.text("url")} 无休止地重定向。请使用服务自己的端口，或 --prefix`,
  },
  tls: {
    en: (p) =>
      `the certificate of ${p.text("url")} is not accepted: ${p.cause("cause")}. For a private CA: --cacert FILE; to look without checking: --insecure`,
    zh: (p) =>
      `${p.text("url")} 的证书不被接受：${p.cause("cause")}。私有 CA：--cacert 文件；不校验而查看：--insecure`,
  },
  "needs-https": {
    en: (p) => `${p.text("url")} speaks TLS. Use https://`,
    zh: (p) => `${p.text("url")} 使用 TLS。请改用 https://`,
  },
  "not-tls": {
    en: (p) => `${p.text("url")} does not speak TLS. Use http://`,
    zh: (p) => `${p.text("url")} 未使用 TLS。请改用 http://`,
  },
  "not-http": {
    en: (p) =>
      `what listens at ${p.text("url")} does not speak HTTP (${p.cause("cause")}). Which port serves net/http/pprof?`,
    zh: (p) =>
      `${p.text("url")} 上监听的不是 HTTP（${p.cause("cause")}）。哪个端口提供 net/http/pprof？`,
  },
  "not-pprof": {
    en: (p) =>
      `${p.text("url")} answers, but not with a heap profile of Go (content type "${p.text("contentType")}"). Pass the path of its profiles: --prefix`,
    zh: (p) =>
      `${p.text("url")} 有应答，但不是 Go 堆剖析（内容类型“${p.text("contentType")}”）。请给出剖析路径：--prefix`,
  },
  "too-large": {
    en: (p) =>
      `${p.text("url")} sent more than ${p.bytes("cap")}, which no heap profile needs. Is that its path?`,
    zh: (p) => `${p.text("url")} 发送超过 ${p.bytes("cap")}，堆剖析不会这么大。路径对吗？`,
  },
  encoding: {
    en: (p) =>
      `${p.text("url")} answers in the encoding ${p.text("encoding")}, which was not asked for. Ask the service's own port instead of a proxy`,
    zh: (p) =>
      `${p.text("url")} 使用了未请求的编码 ${p.text("encoding")}。请绕过代理，直接访问服务自己的端口`,
  },
  "unix-socket": {
    en: (p) =>
      `the unix socket cannot be used for ${p.text("url")}: ${p.cause("cause")}. Check the path, and that the service runs`,
    zh: (p) =>
      `无法经由该 unix 套接字访问 ${p.text("url")}：${p.cause("cause")}。请检查路径，以及服务是否在运行`,
  },
  "not-on-this-platform": {
    en: (p) =>
      `a process can be looked at by its pid on Linux only, and this is ${p.text("platform")}. Give the URL of its net/http/pprof`,
    zh: (p) =>
      `只有 Linux 能按 pid 查看进程，此处为 ${p.text("platform")}。请给出其 net/http/pprof 的 URL`,
  },
  "pid-not-found": {
    en: (p) => `there is no process ${p.text("pid")}. pgrep -a NAME lists those that run`,
    zh: (p) => `没有进程 ${p.text("pid")}。pgrep -a 名称 可列出正在运行的进程`,
  },
  "pid-not-permitted": {
    en: (p) =>
      `process ${p.text("pid")} cannot be read: ${p.cause("cause")}. Run as its user or as root: sudo heapwright why --pid ${p.text("pid")}`,
    zh: (p) =>
      `无法读取进程 ${p.text("pid")}：${p.cause("cause")}。请以其用户或 root 运行：sudo heapwright why --pid ${p.text("pid")}`,
  },
  "pid-mismatch": {
    en: (p) =>
      `process ${p.text("pid")} (${p.text("comm")}) is not the one that answers at the URL. Leave out --pid, or correct it`,
    zh: (p) =>
      `进程 ${p.text("pid")}（${p.text("comm")}）不是该 URL 的应答者。请去掉 --pid 或改正它`,
  },
  "not-go": {
    en: (p) =>
      `process ${p.text("pid")} (${p.text("comm")}) is not a Go program; heapwright explains Go services`,
    zh: (p) => `进程 ${p.text("pid")}（${p.text("comm")}）不是 Go 程序；heapwright 用于 Go 服务`,
  },
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
  // The reason of a limit is which limit it was; there is one.
  return outcome.ended !== "target-died" || outcome.reason === undefined
    ? ENDS[outcome.ended][lang]
    : (REASONS[outcome.reason]?.[lang] ?? printable(outcome.reason));
}

export function captureErrorWords(
  code: CaptureErrorCode,
  params: CaptureParams,
  lang: Lang,
): string {
  const text = (name: string): string => printable(String(params[name] ?? "?"));
  const words = wordingOf(lang);
  return WORDS[code][lang]({
    text,
    bytes: (name) => {
      const value = params[name];
      return typeof value === "number" ? words.bytes(value) : text(name);
    },
    cause: (name) => causeWords(text(name), lang),
  });
}
