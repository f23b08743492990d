// Import paths of the standard library, all of them: to know for certain that a package is not the
// service's own. Its first element says less, for a module may be called "internal/acme" or "log/acme".
// Source: `go list std` (linux/amd64) of Go 1.22.12, 1.23.12, 1.24.9, 1.25.5, 1.26.8 and 1.27.3, joined.
// Packages that other systems alone have are missing, and so is whatever a later release adds: they
// count as the service's own.

/** By first element: the rest of each path; "." is the element itself. */
const STANDARD_PACKAGES: Readonly<Record<string, string>> = {
  archive: "tar zip",
  compress: "bzip2 flate gzip lzw zlib",
  container: "heap list ring",
  crypto:
    ". aes cipher des dsa ecdh ecdsa ed25519 elliptic fips140 hkdf hmac hpke internal/alias " +
    "internal/bigmod internal/boring internal/boring/bbig internal/boring/bcache " +
    "internal/boring/sig internal/constanttime internal/cryptotest " +
    "internal/cryptotest/wycheproof internal/cryptotest/x509limbo internal/edwards25519 " +
    "internal/edwards25519/field internal/entropy internal/entropy/v1.0.0 internal/fips140 " +
    "internal/fips140/aes internal/fips140/aes/gcm internal/fips140/alias " +
    "internal/fips140/bigmod internal/fips140/check internal/fips140/check/checktest " +
    "internal/fips140/drbg internal/fips140/ecdh internal/fips140/ecdsa " +
    "internal/fips140/ed25519 internal/fips140/edwards25519 " +
    "internal/fips140/edwards25519/field internal/fips140/hkdf internal/fips140/hmac " +
    "internal/fips140/mldsa internal/fips140/mlkem internal/fips140/nistec " +
    "internal/fips140/nistec/fiat internal/fips140/pbkdf2 internal/fips140/rsa " +
    "internal/fips140/sha256 internal/fips140/sha3 internal/fips140/sha512 " +
    "internal/fips140/ssh internal/fips140/subtle internal/fips140/tls12 " +
    "internal/fips140/tls13 internal/fips140cache internal/fips140deps " +
    "internal/fips140deps/byteorder internal/fips140deps/cpu internal/fips140deps/godebug " +
    "internal/fips140deps/time internal/fips140hash internal/fips140only internal/fips140test " +
    "internal/hpke internal/impl internal/mlkem768 internal/nistec internal/nistec/fiat " +
    "internal/rand internal/randutil internal/sysrand internal/sysrand/internal/seccomp md5 " +
    "mldsa mlkem mlkem/mlkemtest pbkdf2 rand rc4 rsa sha1 sha256 sha3 sha512 subtle tls " +
    "tls/internal/fips140tls x509 x509/pkix",
  database: "sql sql/driver sql/internal",
  debug: "buildinfo dwarf elf gosym macho pe plan9obj",
  embed: ". internal/embedtest",
  encoding:
    ". ascii85 asn1 base32 base64 binary csv gob hex json json/internal " +
    "json/internal/jsonflags json/internal/jsonopts json/internal/jsontest " +
    "json/internal/jsonwire json/jsontext json/v2 pem xml",
  go:
    "ast ast/internal/tests build build/constraint constant doc doc/comment format importer " +
    "internal/gccgoimporter internal/gcimporter internal/scannerhooks internal/srcimporter " +
    "internal/typeparams parser printer scanner token types version",
  hash: ". adler32 crc32 crc64 fnv maphash",
  html: ". template",
  image: ". color color/palette draw gif internal/imageutil jpeg png",
  index: "suffixarray",
  internal:
    "abi asan bisect buildcfg bytealg byteorder cfg cgrouptest chacha8rand concurrent " +
    "copyright coverage coverage/calloc coverage/cfile coverage/cformat coverage/cmerge " +
    "coverage/decodecounter coverage/decodemeta coverage/encodecounter coverage/encodemeta " +
    "coverage/pods coverage/rtcov coverage/slicereader coverage/slicewriter " +
    "coverage/stringtab coverage/test coverage/uleb128 cpu dag diff exportdata filepathlite " +
    "fmtsort fuzz gate goarch godebug godebugs goexperiment goos goroot gover goversion " +
    "intern itoa lazyregexp lazytemplate msan nettest nettrace obscuretestdata oserror " +
    "pkgbits platform poll profile profilerecord race reflectlite runtime/atomic " +
    "runtime/cgobench runtime/cgroup runtime/exithook runtime/gc runtime/gc/internal/gen " +
    "runtime/gc/scan runtime/maps runtime/math runtime/pprof/label runtime/startlinetest " +
    "runtime/strconv runtime/sys runtime/syscall runtime/syscall/linux runtime/wasitest " +
    "safefilepath saferio singleflight strconv stringslite sync synctest syscall/execenv " +
    "syscall/unix sysinfo syslist testenv testhash testlog testpty trace trace/event " +
    "trace/event/go122 trace/internal/oldtrace trace/internal/testgen " +
    "trace/internal/testgen/go122 trace/internal/tracev1 trace/raw trace/testtrace " +
    "trace/tracev2 trace/traceviewer trace/traceviewer/format trace/v2 trace/v2/event " +
    "trace/v2/event/go122 trace/v2/internal/testgen/go122 trace/v2/raw trace/v2/testtrace " +
    "trace/v2/version trace/version txtar types/errors unsafeheader weak xcoff zstd",
  io: ". fs ioutil",
  log:
    ". internal slog slog/internal slog/internal/benchmarks slog/internal/buffer " +
    "slog/internal/slogtest syslog",
  math: ". big big/internal/asmgen bits cmplx rand rand/v2",
  mime: ". multipart quotedprintable",
  net:
    ". http http/cgi http/cookiejar http/fcgi http/httptest http/httptrace http/httputil " +
    "http/internal http/internal/ascii http/internal/http2 http/internal/httpcommon " +
    "http/internal/httpsfv http/internal/testcert http/pprof internal/cgotest " +
    "internal/socktest mail netip rpc rpc/jsonrpc smtp textproto url",
  os: ". exec exec/internal/fdtest signal user",
  path: ". filepath",
  reflect: ". internal/example1 internal/example2",
  regexp: ". syntax",
  runtime:
    ". cgo coverage debug internal/atomic internal/math internal/startlinetest internal/sys " +
    "internal/syscall internal/wasitest metrics pprof race race/internal/amd64v1 trace",
  sync: ". atomic",
  testing: ". cryptotest fstest internal/testdeps iotest quick slogtest synctest",
  text: "scanner tabwriter template template/parse",
  time: ". tzdata",
  unicode: ". utf16 utf8",
  vendor:
    "golang.org/x/crypto/chacha20 golang.org/x/crypto/chacha20poly1305 " +
    "golang.org/x/crypto/cryptobyte golang.org/x/crypto/cryptobyte/asn1 " +
    "golang.org/x/crypto/hkdf golang.org/x/crypto/internal/alias " +
    "golang.org/x/crypto/internal/poly1305 golang.org/x/crypto/sha3 " +
    "golang.org/x/net/dns/dnsmessage golang.org/x/net/http/httpguts " +
    "golang.org/x/net/http/httpproxy golang.org/x/net/http2/hpack golang.org/x/net/http3 " +
    "golang.org/x/net/idna golang.org/x/net/internal/http3 " +
    "golang.org/x/net/internal/httpcommon golang.org/x/net/internal/quic/quicwire " +
    "golang.org/x/net/nettest golang.org/x/net/quic golang.org/x/sys/cpu " +
    "golang.org/x/text/secure/bidirule golang.org/x/text/transform " +
    "golang.org/x/text/unicode/bidi golang.org/x/text/unicode/norm",
};

const SINGLE =
  "bufio bytes cmp context errors expvar flag fmt iter maps plugin slices sort strconv " +
  "strings structs syscall unique unsafe uuid weak";

const PATHS = new Set(SINGLE.split(" "));
for (const [first, rests] of Object.entries(STANDARD_PACKAGES)) {
  for (const rest of rests.split(" ")) PATHS.add(rest === "." ? first : `${first}/${rest}`);
}

export function isStandardPackage(importPath: string): boolean {
  return PATHS.has(importPath);
}
