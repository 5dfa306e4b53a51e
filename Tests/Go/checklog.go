// Checks an exported log with nothing but what the Go toolchain itself uses for its checksum database: golang.org/x/mod/sumdb/tlog for the
// tree and golang.org/x/mod/sumdb/note for the signature. Shares no code with what wrote the log.
//
//	checklog KEYFILE DIR [EARLIER...]
//
// DIR is a log in the layout of C2SP tlog-tiles. Each EARLIER is an older export of the same log, whose tree the one in DIR must continue.
// Prints "tlog ok note ok" with counts, or one word per part and why it refuses. Exit status: 0 when both accept, else 1.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"kluis.example/checklog/note"
	"kluis.example/checklog/tlog"
)

const height = 8

// files reads the tiles of a log from a directory. The paths of the checksum database name the tile's height, those of C2SP do not.
type files string

func (d files) Height() int                     { return height }
func (d files) SaveTiles([]tlog.Tile, [][]byte) {}
func (d files) path(t tlog.Tile) string         { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }
func (d files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(d), d.path(t)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// open checks the checkpoint's signature and reads its three lines.
func open(dir string, verifiers note.Verifiers, name string) (tlog.Tree, error) {
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	n, err := note.Open(msg, verifiers)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != name {
		return tlog.Tree{}, fmt.Errorf("not the checkpoint of %s", name)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("malformed root")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// entries reads one bundle: a length of two bytes and the entry, as often as the bundle is wide.
func entries(dir string, index, width int64) ([][]byte, error) {
	path := tlog.Tile{H: height, L: 0, N: index, W: int(width)}.Path()
	data, err := os.ReadFile(filepath.Join(dir, strings.Replace(path, "tile/8/0/", "tile/entries/", 1)))
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("%s: cut short", path)
		}
		n := int(binary.BigEndian.Uint16(data))
		out = append(out, data[2:2+n])
		data = data[2+n:]
	}
	if int64(len(out)) != width {
		return nil, fmt.Errorf("%s: %d entries, not %d", path, len(out), width)
	}
	return out, nil
}

// tree checks every entry, some proofs of inclusion, and consistency with each earlier tree.
func tree(dir string, head tlog.Tree, earlier []tlog.Tree) (string, error) {
	reader := tlog.TileHashReader(head, files(dir))
	root, err := tlog.TreeHash(head.N, reader)
	if err != nil {
		return "", err
	}
	if root != head.Hash {
		return "", fmt.Errorf("root differs")
	}
	inclusions := 0
	for first := int64(0); first < head.N; first += 256 {
		width := min(256, head.N-first)
		bundle, err := entries(dir, first/256, width)
		if err != nil {
			return "", err
		}
		var indexes []int64
		for i := range width {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+i))
		}
		// The reader authenticates the tiles against the root before it gives a hash.
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return "", err
		}
		for i, entry := range bundle {
			if tlog.RecordHash(entry) != hashes[i] {
				return "", fmt.Errorf("entry %d is not what the tree has", first+int64(i))
			}
		}
		// A proof for the first, one in the middle and the last entry of each of some bundles.
		if n := first / 256; n > 2 && n%37 != 0 && first+width < head.N {
			continue
		}
		for _, i := range []int64{0, width / 2, width - 1} {
			index := first + i
			proof, err := tlog.ProveRecord(head.N, index, reader)
			if err != nil {
				return "", err
			}
			if err := tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash(bundle[i])); err != nil {
				return "", fmt.Errorf("inclusion of %d: %w", index, err)
			}
			inclusions++
		}
	}
	consistent := 0
	for _, old := range earlier {
		if old.N == 0 {
			continue // From nothing there is nothing to prove.
		}
		proof, err := tlog.ProveTree(head.N, old.N, reader)
		if err != nil {
			return "", err
		}
		if err := tlog.CheckTree(proof, head.N, head.Hash, old.N, old.Hash); err != nil {
			return "", fmt.Errorf("consistency with %d: %w", old.N, err)
		}
		consistent++
	}
	return fmt.Sprintf("%d entries, %d inclusions, %d consistencies", head.N, inclusions, consistent), nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: checklog KEYFILE DIR [EARLIER...]")
		os.Exit(2)
	}
	fail := func(part string, err error) {
		fmt.Printf("%s refuses: %v\n", part, err)
		os.Exit(1)
	}
	key, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail("key", err)
	}
	verifier, err := note.NewVerifier(string(bytes.TrimSpace(key)))
	if err != nil {
		fail("key", err)
	}
	verifiers := note.VerifierList(verifier)
	head, err := open(os.Args[2], verifiers, verifier.Name())
	if err != nil {
		fail("note", err)
	}
	var earlier []tlog.Tree
	for _, dir := range os.Args[3:] {
		old, err := open(dir, verifiers, verifier.Name())
		if err != nil {
			fail("note", err)
		}
		earlier = append(earlier, old)
	}
	counts, err := tree(os.Args[2], head, earlier)
	if err != nil {
		fail("tlog", err)
	}
	fmt.Printf("tlog ok note ok (%s)\n", counts)
}
