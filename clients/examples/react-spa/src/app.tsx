import { SignedIn, SignedOut, useAuth } from "@ntt-auth/client/react";
import { useState } from "react";

/** Whoever is signed in may call both APIs; the answers stand below. */
export function App() {
  const { user, login, logout } = useAuth();
  const [answer, setAnswer] = useState(""); // stays when the refusal that it tells of has signed the person out
  return (
    <>
      <h1>Orders</h1>
      <SignedOut>
        <p>You are signed out.</p>
        <button className="main" onClick={() => login()}>Sign in</button>
        <button onClick={() => login({ prompt: "create" })}>Sign up</button>
      </SignedOut>
      <SignedIn>
        <p>You are {user?.name || user?.email}. Both APIs check your token themselves.</p>
        <Calls tell={setAnswer} />
        <button onClick={() => logout()}>Sign out</button>
      </SignedIn>
      <output>{answer}</output>
    </>
  );
}

function Calls({ tell }: { tell: (answer: string) => void }) {
  const { fetch } = useAuth();

  async function call(service: string) {
    tell("...");
    const began = performance.now();
    const response = await fetch(`/api/${service}/orders`).catch((error: Error) => error);
    const text = response instanceof Error ? response.message : `${response.status} ${await response.text()}`;
    tell(`${service}, ${Math.round(performance.now() - began)} ms: ${text}`);
  }

  return (
    <>
      <button onClick={() => call("fastapi")}>Call FastAPI</button>
      <button onClick={() => call("express")}>Call Express</button>
    </>
  );
}
