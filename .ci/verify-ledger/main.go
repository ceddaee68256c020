// Verify-ledger checks an exported ledger with Go's own transparency-log code.
//
// It shares nothing with the program that wrote the export, and needs Debian's packages golang
// and golang-golang-x-mod-dev only:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run .ci/verify-ledger/main.go EXPORT [VKEY]
//
// VKEY is the verifier key as the auditor knows it. Without it the export's own file vkey is
// believed, which shows that the export is sound in itself, but not whose it is.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

func main() {
	if len(os.Args) != 2 && len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-ledger EXPORT [VKEY]")
		os.Exit(2)
	}
	vkey := ""
	if len(os.Args) == 3 {
		vkey = os.Args[2]
	}
	leaves, proofs, err := verify(os.Args[1], vkey)
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify-ledger:", err)
		os.Exit(1)
	}
	fmt.Printf("verified %d leaves, %d proofs\n", leaves, proofs)
}

func verify(dir, vkey string) (leaves int64, proofs int, err error) {
	stored, err := os.ReadFile(filepath.Join(dir, "vkey"))
	if err != nil {
		return 0, 0, err
	}
	own := strings.TrimSuffix(string(stored), "\n")
	if vkey != "" && own != vkey {
		return 0, 0, errors.New("vkey: not the key that was expected")
	}
	verifier, err := note.NewVerifier(own)
	if err != nil {
		return 0, 0, fmt.Errorf("vkey: %w", err)
	}
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return 0, 0, err
	}
	tree, err := openCheckpoint(msg, verifier)
	if err != nil {
		return 0, 0, fmt.Errorf("checkpoint: %w", err)
	}
	log := &log{dir: dir, known: map[string]bool{"vkey": true, "checkpoint": true}}
	if err := log.readEntries(tree.N); err != nil {
		return 0, 0, err
	}
	root, err := tlog.TreeHash(tree.N, log)
	if tree.N == 0 {
		// Go's package leaves the empty tree undefined; RFC 6962 does not.
		root, err = emptyRoot, nil
	}
	if err != nil {
		return 0, 0, err
	}
	if root != tree.Hash {
		return 0, 0, fmt.Errorf("the entries have root %v, signed was %v", root, tree.Hash)
	}
	if err := log.checkTiles(tree.N); err != nil {
		return 0, 0, err
	}
	proofs, err = log.checkFiles(verifier, tree)
	return tree.N, proofs, err
}

// emptyRoot is SHA-256 of nothing.
var emptyRoot = tlog.Hash{
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
}

// openCheckpoint checks the signature and reads origin, size and root.
// (tlog.ParseTree insists on the name of the Go checksum database.)
func openCheckpoint(msg []byte, verifier note.Verifier) (tlog.Tree, error) {
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("malformed size")
	}
	root, err := parseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func parseHash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != len(hash) {
		return hash, errors.New("malformed hash")
	}
	copy(hash[:], raw)
	return hash, nil
}

// log is an export whose entries have been read: all hashes follow from them.
type log struct {
	dir    string
	hashes []tlog.Hash     // in the order of tlog.StoredHashIndex
	known  map[string]bool // files that belong to the export
}

func (l *log) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(l.hashes)) {
			return nil, errors.New("hash beyond the tree")
		}
		out[i] = l.hashes[index]
	}
	return out, nil
}

func (l *log) read(name string) ([]byte, error) {
	l.known[name] = true
	return os.ReadFile(filepath.Join(l.dir, filepath.FromSlash(name)))
}

func (l *log) readEntries(size int64) error {
	for start := int64(0); start < size; start += width {
		count := size - start
		if count > width {
			count = width
		}
		name := "tile/entries/" + tilePath(start/width, count)
		bundle, err := l.read(name)
		if err != nil {
			return err
		}
		for n := start; n < start+count; n++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s: ends within entry %d", name, n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			hashes, err := tlog.StoredHashes(n, bundle[2:end], l)
			if err != nil {
				return err
			}
			l.hashes = append(l.hashes, hashes...)
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("%s: goes on after its last entry", name)
		}
	}
	return nil
}

func (l *log) checkTiles(size int64) error {
	for level, count := 0, size; count > 0; level, count = level+1, count/width {
		for first := int64(0); first < count; first += width {
			w := count - first
			if w > width {
				w = width
			}
			tile := tlog.Tile{H: 8, L: level, N: first / width, W: int(w)}
			expected, err := tlog.ReadTileData(tile, l)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("tile/%d/%s", level, tilePath(tile.N, w))
			found, err := l.read(name)
			if err != nil {
				return err
			}
			if !bytes.Equal(expected, found) {
				return fmt.Errorf("%s: differs from the entries", name)
			}
		}
	}
	return nil
}

// checkFiles checks every proof and that nothing else lies in the export.
func (l *log) checkFiles(verifier note.Verifier, tree tlog.Tree) (proofs int, err error) {
	err = filepath.WalkDir(l.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(l.dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		if !strings.HasPrefix(name, "proof/") {
			if !l.known[name] {
				return fmt.Errorf("%s: not part of an export", name)
			}
			return nil
		}
		proofs++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := l.checkProof(strings.TrimPrefix(name, "proof/"), string(text), verifier, tree); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	return proofs, err
}

// checkProof checks a proof as c2sp.org/tlog-proof has it, against the entries as well.
func (l *log) checkProof(seq, text string, verifier note.Verifier, tree tlog.Tree) error {
	head, msg, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+seq {
		return errors.New("malformed")
	}
	index, err := strconv.ParseInt(seq, 10, 64)
	if err != nil || index < 0 || index >= tree.N {
		return errors.New("malformed index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := parseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	signed, err := openCheckpoint([]byte(msg), verifier)
	if err != nil {
		return err
	}
	if signed != tree {
		return errors.New("leads to another checkpoint")
	}
	leaf := l.hashes[tlog.StoredHashIndex(0, index)]
	return tlog.CheckRecord(proof, signed.N, signed.Hash, index, leaf)
}

// tilePath is the index in groups of three digits and, for a partial tile, its width.
func tilePath(n, w int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if w < width {
		path = fmt.Sprintf("%s.p/%d", path, w)
	}
	return path
}
