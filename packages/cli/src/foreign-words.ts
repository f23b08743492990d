// What is no profile, in words: files of other tools, and answers of servers that were saved as one.

import { foreignFile, type ForeignFile } from "@heapwright/core/formats/foreign.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import { isGzip } from "@heapwright/host/bytes/gzip.ts";
import { words, type Words } from "./command-line/words.ts";

const FOREIGN: Readonly<Record<ForeignFile, Words>> = {
  jfr: words(
    "it is a recording of Java Flight Recorder, which is not read here. A converter to folded stacks makes it readable",
    "它是 Java Flight Recorder 的记录，此处不读取。转换为折叠栈后可读",
  ),
  hprof: words(
    "it is a heap dump of a JVM, which is not read here",
    "它是 JVM 的堆转储，此处不读取",
  ),
  perf: words(
    "it is a recording of perf. Its stacks can be read: perf script -i FILE | stackcollapse-perf.pl > cpu.folded",
    "它是 perf 的记录。可读取其调用栈：perf script -i FILE | stackcollapse-perf.pl > cpu.folded",
  ),
  v8: words(
    "it is a profile or heap snapshot of V8 (Node, Chrome), which is not read here. speedscope saves CPU profiles in its own form, which is",
    "它是 V8（Node、Chrome）的剖析或堆快照，此处不读取。speedscope 可将 CPU 剖析另存为自己的格式，该格式可读",
  ),
  "chrome-trace": words(
    "it is a trace of Chrome's kind. speedscope can save it in its own form, which is read; one of Go: heapwright trace FILE",
    "它是 Chrome 形式的跟踪。speedscope 可将其另存为自己的格式，该格式可读；Go 的跟踪：heapwright trace FILE",
  ),
  callgrind: words(
    "it is callgrind's output, which is written here and not read. Show the profile that it was made from",
    "它是 callgrind 的输出，此处只写不读。请查看生成它的剖析",
  ),
  zip: words(
    "it is a ZIP archive. Unpack it, then: heapwright why FOLDER",
    "它是 ZIP 归档。解包后：heapwright why FOLDER",
  ),
  tar: words(
    "it is a tar archive. Unpack it, then: heapwright why FOLDER",
    "它是 tar 归档。解包后：heapwright why FOLDER",
  ),
  zstd: words(
    "it is compressed with zstd. First: zstd -d FILE",
    "它由 zstd 压缩。请先：zstd -d FILE",
  ),
  xz: words("it is compressed with xz. First: xz -d FILE", "它由 xz 压缩。请先：xz -d FILE"),
  bzip2: words(
    "it is compressed with bzip2. First: bzip2 -d FILE",
    "它由 bzip2 压缩。请先：bzip2 -d FILE",
  ),
  "gzip-as-text": words(
    "it is a gzip file that something took for text, which destroyed it. Let curl write it: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
    "它是被当作文本处理而损坏的 gzip 文件。请让 curl 写文件：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
  ),
  "http-headers": words(
    "it begins with the headers of a reply. Fetch it without -i: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
    "它以响应的头部开始。获取时请去掉 -i：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
  ),
  "utf-16": words(
    "it is UTF-16 text, as a shell of Windows redirects. Let curl write the file: curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
    "它是 UTF-16 文本，如 Windows 的 shell 重定向所写。请让 curl 写文件：curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap",
  ),
};

const SAVE = "curl -o heap.pb.gz http://HOST:PORT/debug/pprof/heap";
/** A longer text is no answer to a request, and would hide the advice behind it. */
const LONGEST_ANSWER = 200;

/** A text of one line: what a server said instead of giving a profile. */
function answerIn(head: Uint8Array): string | undefined {
  if (head.length > LONGEST_ANSWER) return undefined;
  const text = new TextDecoder().decode(head).trim();
  const isText = text !== "" && !/[\0-\x08\x0e-\x1f\ufffd]/.test(text);
  return isText && !text.includes("\n") ? text : undefined;
}

/**
 * Undefined: there is nothing more to say than that the format is not known.
 * @param stored first bytes of the file @param head of what they unpack to
 */
export function foreignWords(stored: Uint8Array, head: Uint8Array): Words | undefined {
  if (head.length === 0 && isGzip(stored)) {
    return words(
      `it is a gzip file of which nothing can be unpacked: cut, or changed on its way. Fetch it again: ${SAVE}`,
      `它是无法解压出任何内容的 gzip 文件：被截断，或在途中被改动。请重新获取：${SAVE}`,
    );
  }
  if (isGzip(head)) {
    return words(
      "it is compressed twice. First: gunzip FILE; a profile is one gzip stream",
      "它被压缩了两次。请先：gunzip FILE；剖析只有一层 gzip",
    );
  }
  const foreign = foreignFile(head);
  if (foreign !== undefined) return FOREIGN[foreign];
  const answer = answerIn(head);
  if (answer === undefined) return undefined;
  const said = printable(answer);
  return words(
    `it says ${JSON.stringify(said)}, which may be a server's answer. Is the address right? ${SAVE}`,
    `其内容是 ${JSON.stringify(said)}，可能是服务器的回答。地址是否正确？${SAVE}`,
  );
}
