import { once } from "node:events";
import { get } from "node:http";
import { describe, expect, test } from "vitest";
import { createAddressGuard } from "../../../src/services/http/address-guard.ts";
import { isPrivateName, isPublicAddress } from "../../../src/services/http/public-address.ts";
import { startLoopbackServer } from "../../support/loopback-server.ts";

/** Other ways to write a host that is not public; `URL` turns many of them into an address. */
const SPELLINGS = [
  // loopback
  ...[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "127.0.0.1.",
    "2130706433",
    "017700000001",
  ],
  ...[
    "0x7f000001",
    "0x7F.0.0.1",
    "0177.0.0.1",
    "0177.1",
    "0x7f.1",
    "127.0x0.0.01",
    "00000177.0.0.1",
  ],
  ...["0x7f.0x0.0x0.0x1", "0177.0.0.01", "127.0.0.0x1", "127.000.000.001", "%31%32%37.0.0.1"],
  ...["127%2E0%2E0%2E1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "１２７.0.0.1", "①②⑦.⓪.⓪.①"],
  ...["𝟏𝟐𝟕.𝟎.𝟎.𝟏", "𝟭𝟮𝟳.𝟬.𝟬.𝟭", "127.0.0.1:80", "user@127.0.0.1", "example.com@127.0.0.1"],
  ...["example.com:80@127.0.0.1", "127.0.0.1#@example.com", "127.0.0.1?@example.com"],
  ...["127.0.0.1\\@example.com", "127.0.0.1/@example.com", "[::1]", "[0:0:0:0:0:0:0:1]", "[0::1]"],
  ...[
    "[::0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
  ],
  ...["[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]"],
  ...["[2002:7f00:1::]", "[2001:0:7f00:1::1]", "[::FFFF:127.0.0.1]"],
  // "this network", which Linux takes for loopback
  ...[
    "0",
    "0.0.0.0",
    "00",
    "0x0",
    "0.1",
    "0.0.0.1",
    "0.255.255.255",
    "[::]",
    "[0::0]",
    "[::ffff:0.0.0.0]",
  ],
  // private networks
  ...["10.0.0.1", "10.1", "0xa000001", "167772161", "012.0.0.1", "172.16.0.1", "172.31.255.255"],
  ...["192.168.0.1", "192.168.1", "3232235521", "0xc0a80001", "0300.0250.0.1", "１９２.１６８.0.1"],
  ...[
    "[::ffff:10.0.0.1]",
    "[::10.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:a00:1::1]",
    "[::ffff:c0a8:1]",
  ],
  ...[
    "[fc00::1]",
    "[fd00::1]",
    "[fdff:ffff::1]",
    "[fec0::1]",
    "[feff::1]",
    "[fe80::1]",
    "[febf::1]",
  ],
  // metadata of clouds
  ...["169.254.169.254", "169.254.169.254.", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE"],
  ...["0251.0376.0251.0376", "169.254.43518", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"],
  ...["[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "169.254.170.2", "100.100.100.200", "192.0.0.192"],
  ...["168.63.129.16", "①⑥⑨.②⑤④.①⑥⑨.②⑤④", "[fd20:ce::254]", "[::169.254.169.254]"],
  // all other special ones
  ...["100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "192.31.196.1", "192.52.193.1"],
  ...["192.88.99.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1"],
  ...[
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.254",
    "255.255.255.255",
    "4294967295",
  ],
  ...[
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[100:0:0:1::1]",
    "[2001::1]",
    "[2001:2::1]",
    "[2001:10::1]",
  ],
  ...[
    "[2001:20::1]",
    "[2001:3::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[3ffe::1]",
    "[5f00::1]",
    "[4000::1]",
  ],
  ...[
    "[2620:4f:8000::1]",
    "[64:ff9b::8.8.8.8]",
    "[::8.8.8.8]",
    "[::ffff:8.8.8.8]",
    "[2002:808:808::]",
  ],
  // names
  ...[
    "localhost",
    "localhost.",
    "LOCALHOST",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "a.localhost",
    "foo.localhost.",
  ],
  ...[
    "localhost.localdomain",
    "printer.local",
    "router.home.arpa",
    "vault.internal",
    "db.intranet",
  ],
  ...[
    "metadata.google.internal",
    "metadata.google.internal.",
    "METADATA.google.internal",
    "metadata",
  ],
  ...[
    "metadata.goog.internal",
    "instance-data",
    "instance-data.ec2.internal",
    "api.svc.cluster.local",
  ],
  ...["kubernetes.default.svc", "host.docker.internal", "gateway.docker.internal"],
];

/** Not one of them is a host, so no request gets as far as the guard. */
const UNREADABLE = [
  ...["127.0.0.1.1", "0x7f.0.0.0.1", "256.0.0.1", "127.0.0.256", "4294967296", "09.0.0.1"],
  ...[
    "[::1",
    "::1",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[::1%lo]",
    "[1.2.3.4]",
    "[::ffff:1.2.3]",
  ],
  ...["127.0.0.1%00", "127.0.0.1%0d%0aHost:x", "a b", "exa<mple", ""],
];

/** A public answer for every name: what is refused is refused by its name. */
const everywherePublic = async () => [{ address: "93.184.215.14", family: 4 }];

describe("a host that is not public", () => {
  test(`is refused in each of ${SPELLINGS.length} spellings`, async () => {
    const guard = createAddressGuard([], everywherePublic);
    const passed: string[] = [];
    for (const host of SPELLINGS) {
      const refusal = await guard(new URL(`http://${host}/`)).then(
        () => passed.push(host),
        (error: unknown) => error,
      );
      if (typeof refusal !== "number")
        expect(refusal).toMatchObject({
          code: "service_rejected",
          message: expect.stringContaining("HTTP_ALLOW_HOSTS"),
        });
    }
    expect(passed).toEqual([]);
    expect(SPELLINGS.length).toBeGreaterThan(100);
    expect(new Set(SPELLINGS).size).toBe(SPELLINGS.length);
  });

  test.for(UNREADABLE)("is no URL: http://%s/", (host) => {
    expect(URL.canParse(`http://${host}/`)).toBe(false);
  });

  test.for([
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2001:4860:4860::8888",
    "2400:cb00::1",
  ])("is not %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.for(["fe80::1%eth0", "2606:4700::1111%eth0", "", "example.com", "8.8.8.8/32"])(
    "is %j, should the system ever give it as an address",
    (address) => {
      expect(isPublicAddress(address)).toBe(false);
    },
  );

  test.for([
    "example.com",
    "local.example.com",
    "localhost.example.com",
    "internal.example.com",
    "mylocalhost",
    "svc.example",
  ])("has no name like %s", (name) => {
    expect(isPrivateName(name)).toBe(false);
  });
});

describe("a private host that the operator allows", () => {
  const nowhere = async () => [{ address: "10.0.0.1", family: 4 }];

  test.for([
    ["[::1]:8080", "http://[::1]:8080/", "http://[::1]:8081/"],
    ["10.0.0.1:8080", "http://10.0.0.1:8080/", "http://10.0.0.1/"],
    ["*.corp.example", "http://wiki.corp.example/", "http://corp.example/"],
    ["Wiki.corp.example:443", "https://wiki.corp.example./", "http://wiki.corp.example/"],
  ] as const)("may be %s", async ([allowed, url, other]) => {
    const guard = createAddressGuard([allowed], nowhere);

    await expect(guard(new URL(url))).resolves.toBeDefined();
    await expect(guard(new URL(other))).rejects.toMatchObject({ code: "service_rejected" });
  });
});

describe("a name", () => {
  const answers =
    (...addresses: readonly string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

  test.for<readonly [string, readonly string[]]>([
    ["one that is private", ["10.0.0.1"]],
    ["a private one behind a public one", ["93.184.215.14", "127.0.0.1"]],
    ["a private one before a public one", ["127.0.0.1", "93.184.215.14"]],
    ["a private IPv6 one", ["93.184.215.14", "fd00::1"]],
    ["one with a zone", ["fe80::1%eth0"]],
    ["IPv4 in the dress of IPv6", ["::ffff:10.0.0.1"]],
  ])("is refused if among its addresses is %s", async ([, addresses]) => {
    const guard = createAddressGuard([], answers(...addresses));
    await expect(guard(new URL("http://rebound.example/"))).rejects.toMatchObject({
      code: "service_rejected",
    });
  });

  test("may lead to public addresses and allowed ones together", async () => {
    const guard = createAddressGuard(["10.0.0.0/8"], answers("93.184.215.14", "10.0.0.1"));
    await expect(guard(new URL("http://both.example/"))).resolves.toBeDefined();
  });

  test("is connected to at the address that was checked, whatever it leads to a moment later", async () => {
    await using server = await startLoopbackServer((_request, response) => response.end("here"));
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return [{ address: asked.length === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
    };
    const guard = createAddressGuard(["127.0.0.1"], resolve);
    const url = new URL(`http://rebound.example:${server.port}/`);
    const { httpAgent } = await guard(url);

    for (let requests = 0; requests < 2; requests += 1) {
      const request = get(url, { agent: httpAgent });
      const [response] = await once(request, "response");
      response.resume();
      expect(response.socket.remoteAddress).toBe("127.0.0.1");
    }

    expect(asked).toEqual(["rebound.example"]);
    await expect(guard(url)).rejects.toMatchObject({ code: "service_rejected" });
    httpAgent.destroy();
  });

  test("that is not resolved in time ends with the time limit", async () => {
    const guard = createAddressGuard([], () => new Promise(() => undefined));
    const reason = new Error("too late");
    await expect(guard(new URL("http://slow.example/"), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });
});
