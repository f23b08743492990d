import type { Message, Messages } from "../../../model/message.ts";

type None = Record<string, never>;

export const messages = {
  "race-build.headline": {
    en: () =>
      "the executable was built with -race: 5 to 10 times the memory, 2 to 20 times the CPU",
    zh: () => "可执行文件以 -race 构建：内存为 5 到 10 倍，CPU 为 2 到 20 倍",
  } satisfies Message<None>,
  "race-build.fact": {
    en: () =>
      "its shadow memory is outside the Go heap; heap numbers of this process say little of production",
    zh: () => "影子内存不在 Go 堆内；本进程的堆数据难以说明生产环境",
  } satisfies Message<None>,
  "race-build.not": {
    en: () => "race detector: not built in (build info)",
    zh: () => "竞态检测：未启用（构建信息）",
  } satisfies Message<None>,
  "race-build.fix": {
    en: () => "build the production image without -race; keep it for tests and a canary",
    zh: () => "生产镜像不要用 -race 构建；只用于测试与金丝雀",
  } satisfies Message<None>,
  "race-build.verify": {
    en: () => "go version -m ./service     expect no build -race=true",
    zh: () => "go version -m ./service     预期没有 build -race=true",
  } satisfies Message<None>,
} satisfies Messages;
