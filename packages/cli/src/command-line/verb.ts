// How a verb joins the command line. A verb's page is built for every call and must stay small: what
// it does is a chunk of its own, loaded when it is called.

import { Option, type Command } from "commander";
import type { Lang } from "@heapwright/core/model/message.ts";
import { words, type Words } from "./words.ts";

export interface VerbContext {
  readonly lang: Lang;
  readonly version: string;
  /** Takes the exit code. */
  readonly done: (code: number) => void;
}

export interface Verb {
  readonly name: string;
  readonly summary: Words;
  /** Examples and exit codes, shown before the options. */
  readonly examples: Words;
  /** Brings habits of other tools into our form, before flags are read. */
  normalize?(args: readonly string[]): string[];
  /** Adds arguments, options and the action. */
  define(command: Command, context: VerbContext): void;
}

/** `[flags, what it does, default]`. */
export type Flag = readonly [string, Words, string?];

export function flags(command: Command, lang: Lang, group: Words, list: readonly Flag[]): Command {
  command.optionsGroup(group[lang]);
  for (const [name, what, value] of list) command.option(name, what[lang], value);
  return command;
}

export function liveFlags(command: Command, lang: Lang): Command {
  flags(command, lang, words("Where the service is:", "服务在哪里："), [
    [
      "--pid <pid>",
      words("a local process; adds the kernel's view (Linux)", "本地进程；加上内核视角（Linux）"),
    ],
    ["--url <url>", words("its address, together with --pid", "其地址，与 --pid 一起使用")],
    ["--unix <socket>", words("HTTP over a unix socket", "通过 unix 套接字的 HTTP")],
    [
      "--prefix <path>",
      words("path of the profiles instead of /debug/pprof", "剖析的路径，代替 /debug/pprof"),
    ],
    [
      "--metrics <url>",
      words(
        "page with runtime/metrics, Prometheus or expvar: a URL or a path",
        "runtime/metrics、Prometheus 或 expvar 的页面：URL 或路径",
      ),
    ],
  ]);
  command.option(
    "--header <line>",
    words('add a request header, "Name: value" (repeatable)', '添加请求头 "Name: value"（可重复）')[
      lang
    ],
    (value: string, all: string[] | undefined) => [...(all ?? []), value],
  );
  for (const [name, what] of [
    ["--cacert <file>", words("trust this CA", "信任此 CA")],
    ["--cert <file>", words("client certificate", "客户端证书")],
    ["--key <file>", words("its key", "其私钥")],
    ["--insecure", words("do not check the server's certificate", "不检查服务器证书")],
  ] as const)
    command.option(name, what[lang]);
  return flags(command, lang, words("What is collected:", "采集什么："), [
    ["--for <duration>", words("how long to look", "观察多久"), "60s"],
    [
      "--every <duration>",
      words("time between two samples of the series", "序列两次采样之间的时间"),
      "1s",
    ],
    [
      "--gc",
      words(
        "force a GC before each heap profile (changes the service's timing)",
        "每次堆剖析前强制 GC（会改变服务的时序）",
      ),
    ],
    [
      "--trace",
      words("store one execution trace of 5 s at the end", "结束时保存一份 5 秒的执行跟踪"),
    ],
    [
      "--trace-for <duration>",
      words(
        "the same, this long: a busy service writes some MB a second",
        "同上，指定时长：繁忙的服务每秒写出数 MB",
      ),
    ],
  ]);
}

export function judgeFlags(command: Command, lang: Lang): Command {
  return flags(command, lang, words("How it is judged:", "如何判断："), [
    [
      "--limit <bytes>",
      words(
        "memory limit to judge against, e.g. 512MiB, when the evidence has none",
        "证据中没有时用来判断的内存上限，例如 512MiB",
      ),
    ],
    [
      "--load <name>",
      words(
        "name of the request counter, e.g. http_requests_total: growth per request",
        "请求计数器的名称，例如 http_requests_total：得出每个请求的增长",
      ),
    ],
  ]);
}

export function sharedFlags(command: Command, lang: Lang): Command {
  command
    .optionsGroup(words("How it is said:", "如何表述：")[lang])
    .addOption(
      new Option("--lang <lang>", words("language of the answer", "回答的语言")[lang])
        .choices(["en", "zh"])
        .default(lang),
    );
  for (const [name, what] of [
    ["--plain", words("no colour", "不用颜色")],
    ["--quiet", words("no progress and no notes on stderr", "stderr 上不显示进度和说明")],
  ] as const)
    command.option(name, what[lang]);
  return command;
}

/** Where source is found that is not where the profile says, and that a page does without it. */
export function sourceFlags(command: Command, lang: Lang): Command {
  return command
    .option(
      "--source <dir>",
      words(
        "a folder with source, besides the module cache, GOROOT and the paths in the profile (repeatable)",
        "源代码所在的文件夹，除模块缓存、GOROOT 和剖析中的路径之外（可重复）",
      )[lang],
      (value: string, all: string[] | false | undefined) => [...(all || []), value],
    )
    .option("--no-source", words("a page without source lines", "页面不含源代码行")[lang]);
}
