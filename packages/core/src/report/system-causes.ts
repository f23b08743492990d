// Codes of the system, of Node's TLS and of our HTTP client as words. The code stays in brackets where
// it can be searched for; one that has no words here stands alone.

import type { Lang } from "../model/message.ts";

const CAUSES: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  EACCES: { en: "permission denied", zh: "没有权限" },
  EPERM: { en: "not permitted", zh: "不允许" },
  ENOENT: { en: "does not exist", zh: "不存在" },
  ENOTDIR: { en: "part of the path is no folder", zh: "路径中有一段不是目录" },
  EISDIR: { en: "a folder", zh: "是目录" },
  ENOSPC: { en: "the disk is full", zh: "磁盘已满" },
  EDQUOT: { en: "the disk quota is used up", zh: "磁盘配额已用尽" },
  EROFS: { en: "the file system is read-only", zh: "文件系统为只读" },
  EIO: { en: "the disk gives an error", zh: "磁盘读写出错" },
  ELOOP: { en: "links that go in circles", zh: "符号链接成环" },
  ENAMETOOLONG: { en: "the name is too long", zh: "名称过长" },
  EMFILE: { en: "too many open files", zh: "打开的文件过多" },
  ENOTSOCK: { en: "not a socket", zh: "不是套接字" },
  ECONNREFUSED: { en: "nothing listens there", zh: "无人监听" },
  EHOSTUNREACH: { en: "no route to the host", zh: "没有到主机的路由" },
  ENETUNREACH: { en: "no route to the network", zh: "没有到网络的路由" },
  EHOSTDOWN: { en: "the host is down", zh: "主机已关闭" },
  ESRCH: { en: "the process is gone", zh: "进程已不存在" },
  EFORMAT: { en: "in a form that is not known", zh: "格式未知" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { en: "self-signed", zh: "自签名" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    en: "signed by an authority that is not known here",
    zh: "由未知的 CA 签发",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    en: "signed by an authority that is not known here",
    zh: "由未知的 CA 签发",
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    en: "signed by an authority that is not known here",
    zh: "由未知的 CA 签发",
  },
  CERT_HAS_EXPIRED: { en: "expired", zh: "已过期" },
  CERT_NOT_YET_VALID: { en: "not valid yet", zh: "尚未生效" },
  ERR_TLS_CERT_ALTNAME_INVALID: { en: "made for another name", zh: "签发给其他主机名" },
};

/** Kinds of host/http/outcome.ts and of the capture's own. They are no codes to search for. */
const KINDS: Readonly<Record<string, Readonly<Record<Lang, string>>>> = {
  refused: { en: "nothing listens there", zh: "无人监听" },
  dns: { en: "the host name is not known", zh: "无法解析主机名" },
  reset: { en: "the connection was closed", zh: "连接被断开" },
  timeout: { en: "no answer in time", zh: "未及时应答" },
  html: { en: "a web page came instead", zh: "返回的是网页" },
  "redirect-elsewhere": { en: "it redirects to another host", zh: "重定向到另一主机" },
  "redirect-loop": { en: "it redirects in circles", zh: "循环重定向" },
  "needs-https": { en: "it wants https", zh: "需要 https" },
  "not-tls": { en: "it does not speak TLS", zh: "未使用 TLS" },
  "not-http": { en: "it does not speak HTTP", zh: "不是 HTTP" },
  "not-pprof": { en: "what came is no Go profile", zh: "返回的不是 Go 剖析" },
  "no-metrics": { en: "no metrics of Go in it", zh: "其中没有 Go 指标" },
  "bad-url": { en: "not an address", zh: "不是地址" },
  encoding: { en: "an encoding that was not asked for", zh: "使用了未请求的编码" },
  "unix-socket": { en: "the socket cannot be used", zh: "套接字不可用" },
  aborted: { en: "stopped", zh: "已停止" },
  unreachable: { en: "cannot be reached", zh: "无法到达" },
  tls: { en: "its certificate is not accepted", zh: "证书不被接受" },
};

/** `cause` is one code, or a kind with a code behind it as host's `failureCode` writes them. */
export function causeWords(cause: string, lang: Lang): string {
  const open = lang === "zh" ? "（" : " (";
  const close = lang === "zh" ? "）" : ")";
  const known = CAUSES[cause];
  if (known !== undefined) return `${known[lang]}${open}${cause}${close}`;
  if (/^\d{3}$/.test(cause)) return lang === "zh" ? `返回 ${cause}` : `it answers ${cause}`;
  const kind = KINDS[cause];
  if (kind !== undefined) return kind[lang];
  const [, first = "", rest = ""] = /^(tls|unreachable|reset|timeout) (.+)$/.exec(cause) ?? [];
  const general = KINDS[first];
  return general === undefined
    ? cause
    : `${general[lang]}${open}${CAUSES[rest]?.[lang] ?? rest}${close}`;
}
