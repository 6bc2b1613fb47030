// Asks one URL through a proxy, and tells how often a second.
//
// Usage: load PROXY URL AUTHORITIES CLIENTS SECONDS kept|new
//
// With `new` each request has a connection of its own. With 0 seconds it asks once for each client, keeps all of their
// connections open, and ends when its standard input does.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(client *http.Client, address string) error {
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return err
	}
	// What is put in its place is the proxy's own.
	request.Header.Set("Authorization", "Bearer dummy")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func main() {
	proxy, err := url.Parse(os.Args[1])
	check(err)
	address := os.Args[2]
	pem, err := os.ReadFile(os.Args[3])
	check(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	count, err := strconv.Atoi(os.Args[4])
	check(err)
	seconds, err := strconv.Atoi(os.Args[5])
	check(err)
	isKept := os.Args[6] == "kept"

	clients := make([]*http.Client, count)
	for index := range clients {
		clients[index] = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
			Proxy:             http.ProxyURL(proxy),
			TLSClientConfig:   &tls.Config{RootCAs: authorities},
			DisableKeepAlives: !isKept,
		}}
	}
	if seconds == 0 {
		for _, client := range clients {
			check(ask(client, address))
		}
		fmt.Println("open")
		io.Copy(io.Discard, os.Stdin)
		return
	}
	var mutex sync.Mutex
	var group sync.WaitGroup
	var times []float64
	failed := 0
	start := time.Now()
	end := start.Add(time.Duration(seconds) * time.Second)
	for _, client := range clients {
		group.Add(1)
		go func(client *http.Client) {
			defer group.Done()
			var own []float64
			errors := 0
			for {
				before := time.Now()
				if !before.Before(end) {
					break
				}
				if err := ask(client, address); err != nil {
					errors++
					fmt.Fprintln(os.Stderr, err)
					continue
				}
				own = append(own, float64(time.Since(before).Microseconds()))
			}
			mutex.Lock()
			times = append(times, own...)
			failed += errors
			mutex.Unlock()
		}(client)
	}
	group.Wait()
	elapsed := time.Since(start).Seconds()
	sort.Float64s(times)
	if len(times) == 0 {
		check(fmt.Errorf("nothing was answered"))
	}
	fmt.Printf(
		"{\"rate\": %f, \"p50\": %f, \"p99\": %f, \"failed\": %d}\n",
		float64(len(times))/elapsed, times[len(times)/2], times[len(times)*99/100], failed,
	)
}
